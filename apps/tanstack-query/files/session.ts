import { refresh } from './refresh.ts';

// from docs/frameworks.md#frameworks:2
