import { goThrough } from './session.ts';

// from packages/redis/README.md#unexpiredredis

await goThrough(tokens);
await tokens.close();
await redis.close();
