import { goThrough } from './session.ts';

// from packages/sqlite/README.md#unexpiredsqlite

await goThrough(tokens);
await tokens.close();
await database.close();
