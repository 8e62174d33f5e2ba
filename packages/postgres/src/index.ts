export { postgresLock } from './postgres-lock.ts';
export { postgresSchema } from './schema.ts';
export { postgresStore, type PostgresStoreOptions } from './postgres-store.ts';
export type { PostgresLike, PostgresPool } from './postgres-like.ts';
export type { PostgresOptions } from './options.ts';
