// `npm run test:long -- postgres [--expiries N] [--processes N]`: many processes behind one PgBouncer, on one PostgreSQL.
import { postgresFleet } from '../../packages/postgres/test/support/fleet.ts';
import { longFleet } from './fleet.ts';

await longFleet(postgresFleet);
