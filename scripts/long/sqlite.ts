// `npm run test:long -- sqlite [--expiries N] [--processes N]`: many processes on one SQLite file.
import { sqliteFleet } from '../../packages/sqlite/test/support/fleet.ts';
import { longFleet } from './fleet.ts';

await longFleet(sqliteFleet);
