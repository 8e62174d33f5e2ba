import { memoryStore } from 'unexpired';

let store;
const connection = 'memory';
const myStore = () => (store ??= memoryStore());
async function cleanUp() {
  store = undefined;
}

// from packages/testing/README.md#contracts
