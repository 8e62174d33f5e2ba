import { type LockPlace, lockContract, storeContract } from '@unexpired/testing';
import { browserStore, webLock } from '../../src/index.ts';

/** Ms: a busy machine may take long to open a page. */
const timeout = 15_000;

/** The contracts, for what a page has: each `open()` is a connection and a channel of its own. */
export function contracts(framework: Parameters<typeof storeContract>[0]): void {
  storeContract(framework, {
    name: 'browserStore',
    timeout,
    async create() {
      const key = `contract-${crypto.randomUUID()}`;
      return { open: () => browserStore(key) };
    },
  });
  lockContract(framework, {
    name: 'webLock',
    timeout,
    create: async (): Promise<LockPlace> => ({ open: webLock }),
    async holdElsewhere(_place, name) {
      const tab = await ask('hold', name);
      return async () => void (await ask('end', tab));
    },
  });
}

/** Pages cannot open, close or crash others by themselves. */
async function ask(what: string, body: string): Promise<string> {
  const response = await fetch(`/ask/${what}`, { method: 'POST', body });
  if (!response.ok) throw new Error(`${what} was answered with ${response.status}`);
  return response.text();
}
