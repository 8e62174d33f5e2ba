export type { SqliteLike, SqliteThread, SqliteValue } from './sqlite-like.ts';
export { sqliteStore, type SqliteStoreOptions } from './sqlite-store.ts';
export { sqliteThread } from './sqlite-thread.ts';
