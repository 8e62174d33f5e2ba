export { postgresLock } from './postgres-lock.ts';
export { postgresSchema } from './schema.ts';
export { type PostgresSignal, postgresSignal } from './postgres-signal.ts';
export { type PostgresQuery, postgresQuery } from './postgres-query.ts';
export type { PostgresStatement } from './alongside.ts';
export { postgresStore, type PostgresStoreOptions } from './postgres-store.ts';
export type { PostgresLike, PostgresPool } from './postgres-like.ts';
export type { PostgresOptions } from './options.ts';
