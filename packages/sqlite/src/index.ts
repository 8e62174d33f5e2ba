export type { SqliteLike, SqliteStatement, SqliteThread, SqliteValue } from './sqlite-like.ts';
export { sqliteQuery, type SqliteQuery } from './sqlite-query.ts';
export { sqliteStore, type SqliteStoreOptions } from './sqlite-store.ts';
export { sqliteThread } from './sqlite-thread.ts';
