export { fileLock } from './file-lock.ts';
export { type FileStoreOptions, fileStore } from './file-store.ts';
export { publishEvents } from './publish-events.ts';
