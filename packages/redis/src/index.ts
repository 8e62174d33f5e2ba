export type { IoRedisLike, NodeRedisLike, RedisLike } from './redis-like.ts';
export { redisLock, type RedisLockOptions } from './redis-lock.ts';
export { redisStore, type RedisStoreOptions } from './redis-store.ts';
