import { refresh } from './refresh';
import { storeOf } from './store';

// from docs/frameworks.md#nextjs
