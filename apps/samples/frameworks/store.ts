import { memoryStore } from 'unexpired';

const stores = {};
export const storeOf = (id) => (stores[id] ??= memoryStore());
