import { refresh } from './refresh.ts';
import { storeOf } from './store.ts';

// from docs/frameworks.md#nextjs
