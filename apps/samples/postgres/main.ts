import { goThrough } from './session.ts';
import { up } from './schema.ts';

// from packages/postgres/README.md#unexpiredpostgres

await pool.query(up);
await goThrough(tokens);
await tokens.close();
await pool.end();
