import { redisFleet } from '../../packages/redis/test/support/fleet.ts';
import { longFleet } from './fleet.ts';

await longFleet('redis', 'Many processes on one Redis', redisFleet);
