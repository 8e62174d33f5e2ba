export { type SqliteThread, sqliteThread } from './sqlite-thread.ts';
export { sqliteStore, type SqliteStoreOptions } from './sqlite-store.ts';
export type { SqliteLike } from './sqlite-like.ts';
