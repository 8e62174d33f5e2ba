export { createNodeTokenManager } from './create-node-token-manager.ts';
export { fileLock } from './file-lock.ts';
export { type FileStoreOptions, fileStore } from './file-store.ts';
export type { RefreshTrace } from './tracing.ts';
