// `npm run test:long -- redis [--expiries N] [--processes N]`: many processes on one Redis.
import { redisFleet } from '../../packages/redis/test/support/fleet.ts';
import { longFleet } from './fleet.ts';

await longFleet(redisFleet);
