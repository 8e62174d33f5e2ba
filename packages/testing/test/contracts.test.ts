import { describe, expect, it } from '@jest/globals';
import { memoryStore, type RefreshLock, type SessionRecord, type TokenStore } from 'unexpired';
import { lockContract, storeContract } from '../src/index.ts';

/** Runs a contract without a framework; the names of the rules that were broken. */
async function broken(
  contract: (framework: Parameters<typeof storeContract>[0]) => void,
): Promise<string[]> {
  const rules = new Map<string, () => Promise<void>>();
  contract({ describe: (_name, body) => body(), it: (name, body) => void rules.set(name, body) });
  const names: string[] = [];
  for (const [name, body] of rules)
    await body().catch(() => {
      names.push(name);
    });
  return names;
}

const rulesBrokenBy = (make: () => TokenStore): Promise<string[]> =>
  broken((framework) =>
    storeContract(framework, {
      name: 'x',
      async create() {
        const store = make();
        return { open: () => store };
      },
    }),
  );

const memoryLock = (): RefreshLock => memoryStore().lock as RefreshLock;
const lockRulesBrokenBy = (make: () => RefreshLock): Promise<string[]> =>
  broken((framework) =>
    lockContract(framework, {
      name: 'x',
      async create() {
        const lock = make();
        return { open: () => lock };
      },
    }),
  );

/** A memory store, but for some of its methods. */
const but = (change: (store: TokenStore) => Partial<TokenStore>): TokenStore => {
  const store = memoryStore();
  return { ...store, ...change(store) };
};
const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

describe('the contract of stores', () => {
  it('has nothing against a good one', async () => {
    expect(await rulesBrokenBy(memoryStore)).toEqual([]);
  });

  it('has nothing against one that keeps the members in an order of its own, as jsonb does', async () => {
    const reordering = (): TokenStore =>
      but((store) => ({
        async read() {
          const stored = await store.read();
          return (
            stored && {
              ...stored,
              value: Object.fromEntries(Object.entries(stored.value as object).toReversed()),
            }
          );
        },
      }));
    expect(await rulesBrokenBy(reordering)).toEqual([]);
  });

  it.each<[string, RegExp, (store: TokenStore) => Partial<TokenStore>]>([
    [
      'compares first and writes later',
      /exactly one of many writers/,
      (store) => ({
        async write(record, expected) {
          if ((await store.read())?.version !== expected) return undefined;
          await turn();
          return store.write(record, (await store.read())?.version);
        },
      }),
    ],
    [
      'does not care what is expected',
      /refuses a write that expects nothing where something is/,
      (store) => ({ write: async (record) => store.write(record, (await store.read())?.version) }),
    ],
    [
      'has the contents as the version',
      /also when the same is written again/,
      (store) => {
        const named = async () => {
          const stored = await store.read();
          return stored && { ...stored, version: JSON.stringify(stored.value) };
        };
        return {
          read: named,
          async write(record, expected) {
            if ((await named())?.version !== expected) return undefined;
            await store.write(record, (await store.read())?.version);
            return JSON.stringify(record);
          },
        };
      },
    ],
    [
      'mixes what it held into what is written',
      /nothing of the old one is left/,
      (store) => ({
        write: async (record, expected) =>
          store.write({ ...((await store.read())?.value as SessionRecord), ...record }, expected),
      }),
    ],
    [
      'answers before it can be read',
      /reads what was written/,
      (store) => ({
        async write(record, expected) {
          if ((await store.read())?.version !== expected) return undefined;
          void turn().then(() => store.write(record, expected));
          return String(Number(expected ?? 0) + 1);
        },
      }),
    ],
    [
      'tells one subscriber only',
      /tells each of several who use the same store/,
      (store) => {
        let taken = false;
        return {
          subscribe(onChange) {
            if (taken) return () => undefined;
            taken = true;
            const stop = store.subscribe?.(onChange);
            return () => {
              taken = false;
              stop?.();
            };
          },
        };
      },
    ],
    [
      'goes on telling who unsubscribed',
      /tells nobody who has unsubscribed/,
      (store) => ({
        subscribe(onChange) {
          store.subscribe?.(onChange);
          return () => undefined;
        },
      }),
    ],
  ])('notices one that %s', async (_what, rule, change) => {
    expect(await rulesBrokenBy(() => but(change))).toContainEqual(expect.stringMatching(rule));
  });
});

describe('the contract of locks', () => {
  it('has nothing against a good one', async () => {
    expect(await lockRulesBrokenBy(memoryLock)).toEqual([]);
  });

  it('notices one that lets everybody in', async () => {
    const open: RefreshLock = { request: async (name, _options, task) => task({ name }) };
    expect(await lockRulesBrokenBy(() => open)).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/one in at a time/),
        expect.stringMatching(/keeps others out/),
      ]),
    );
  });

  it.each([
    ['asks again at once, for ever', 10, true],
    ['asks ever more rarely', 300, false],
    ['waits to be told, which it is not', 100_000, true],
  ])('notices whether one that nobody wakes %s', async (_how, pause, notices) => {
    const names = await broken((framework) =>
      lockContract(framework, {
        name: 'x',
        async create() {
          const lock = memoryLock();
          return { open: () => lock };
        },
        async counting() {
          let times = 0;
          const lock: RefreshLock = {
            request: (_name, { signal }) =>
              new Promise((_resolve, reject) => {
                times++;
                const timer = setInterval(() => times++, pause);
                signal?.addEventListener('abort', () => {
                  clearInterval(timer);
                  reject(signal.reason as Error);
                });
              }),
          };
          return { lock, asked: () => times };
        },
      }),
    );
    expect(names).toEqual(notices ? [expect.stringMatching(/never hammers/)] : []);
  });

  it('notices one that rejects with an error of its own when a signal aborts', async () => {
    const names = await lockRulesBrokenBy(() => {
      const lock = memoryLock();
      return {
        request: (name, options, task) =>
          lock.request(name, options, task).catch((error: unknown) => {
            throw options.signal?.aborted ? new Error('aborted', { cause: error }) : error;
          }),
      };
    });
    expect(names).toHaveLength(2);
  });
});
