import { sqliteFleet } from '../../packages/sqlite/test/support/fleet.ts';
import { longFleet } from './fleet.ts';

await longFleet('sqlite', 'Many processes on one SQLite file', sqliteFleet);
