import { goThrough } from './session.ts';

// from docs/start/stores.md#one-session-in-many-places

if (tokens.status !== 'signedOut') throw new Error(tokens.status);
await goThrough(tokens);
await report(['done']);
