export { explainReentrancy } from './explain-reentrancy.ts';
export { fileLock } from './file-lock.ts';
export { type FileStoreOptions, fileStore } from './file-store.ts';
export { keychainKey } from './keychain-key.ts';
export { publishEvents } from './publish-events.ts';
