import { postgresFleet } from '../../packages/postgres/test/support/fleet.ts';
import { longFleet } from './fleet.ts';

await longFleet(
  'postgres',
  'Many processes behind one PgBouncer, on one PostgreSQL',
  postgresFleet,
);
