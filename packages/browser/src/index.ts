export { type BrowserStoreOptions, browserStore } from './browser-store.ts';
export { webLock } from './web-lock.ts';
