import { afterEach, beforeEach, describe, it } from '@jest/globals';
import { lockContract } from '../../../testing/src/lock-contract.ts';
import { storeContract } from '../../../testing/src/store-contract.ts';
import { memoryStore, storageStore } from '../../src/index.ts';
import { mutexLock } from '../../src/refresh/mutex-lock.ts';
import { fakePage, localStorages } from '../support/page.ts';

storeContract(
  { describe, it },
  {
    name: 'memoryStore',
    async create() {
      const store = memoryStore();
      return { open: () => store };
    },
  },
);

storeContract(
  { describe, it },
  {
    name: 'storageStore on an asynchronous storage',
    async create() {
      const items = new Map<string, string>();
      let full = false;
      const storage = {
        getItem: async (key: string) => items.get(key),
        async setItem(key: string, value: string) {
          if (full) throw new DOMException('No room', 'QuotaExceededError');
          items.set(key, value);
        },
      };
      const store = storageStore(storage, 'session');
      return { open: () => store, refuse: () => void (full = true) };
    },
  },
);

describe('in a page', () => {
  const page = fakePage();
  beforeEach(() => page.install());
  afterEach(() => page.remove());

  storeContract(
    { describe, it },
    {
      name: 'storageStores of several pages on one localStorage',
      async create() {
        const pages = localStorages(page);
        return { open: () => storageStore(pages.open(), 'session') };
      },
    },
  );
});

lockContract(
  { describe, it },
  {
    name: 'mutexLock',
    async create() {
      const lock = mutexLock();
      return { open: () => lock };
    },
  },
);
