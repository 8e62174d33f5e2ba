// Uses a key of the system's keychain, and writes what came of it to stdout, as a line of JSON:
// `get <service> [account]`, `put <service> <text>`, `write <file> <service>`, `read <file> <service>`.
import { fileStore, keychainKey } from '@unexpired/node';
import { encryptedStore, type SessionRecord } from 'unexpired';

const [what, first = '', second] = process.argv.slice(2);

const encrypted = () => encryptedStore(fileStore(first), keychainKey({ service: second ?? '' }));
const record: SessionRecord = {
  v: 1,
  session: 's',
  gen: 1,
  status: 'active',
  tokens: { accessToken: 'secret-access', refreshToken: 'secret-refresh' },
  issuedAt: 0,
  turn: 0,
};

const RUNS: Readonly<Record<string, () => Promise<unknown>>> = {
  async get() {
    const key = keychainKey({ service: first, account: second });
    const [one, same] = await Promise.all([key(), key()]);
    return [Buffer.from(one).toString('base64'), Buffer.from(same).toString('base64')];
  },
  async put() {
    const { AsyncEntry } = await import('@napi-rs/keyring'); // some run without it
    await new AsyncEntry(first, 'unexpired', { linux: { store: 'secret-service' } }).setPassword(
      second ?? '',
    );
  },
  write: () => encrypted().write(record, undefined),
  read: async () => (await encrypted().read())?.value,
};

/** The package gives the keychain 2 s for an answer, which a busy machine may not have: then a tool asks again. */
async function answered(): Promise<object> {
  for (;;) {
    try {
      return { value: await RUNS[what ?? '']?.() };
    } catch (error) {
      const { message } = error as Error;
      if (!message.includes('Did not receive a reply')) return { error: message };
    }
  }
}

console.log(JSON.stringify(await answered()));
