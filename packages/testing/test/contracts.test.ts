import { describe, expect, it } from '@jest/globals';
import { memoryStore, type RefreshLock, type SessionRecord, type TokenStore } from 'unexpired';
import { lockContract, storeContract } from '../src/index.ts';

type Contract = (framework: Parameters<typeof storeContract>[0]) => void;

/** Ms: a rule that takes longer than this hangs. */
const HANGS = 2000;

/** Runs a contract without a framework: each rule that was broken, with what it says. */
async function findingsOf(contract: Contract): Promise<Map<string, string>> {
  const rules = new Map<string, () => Promise<void>>();
  contract({ describe: (_name, body) => body(), it: (name, body) => void rules.set(name, body) });
  const findings = new Map<string, string>();
  for (const [name, body] of rules) {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const hanging = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(new Error('THE RULE HANGS')), HANGS);
    });
    await Promise.race([body(), hanging]).catch((error: Error) =>
      findings.set(name, error.message),
    );
    clearTimeout(timer);
  }
  return findings;
}

/** The names of the rules that were broken. */
const broken = async (contract: Contract): Promise<string[]> => [
  ...(await findingsOf(contract)).keys(),
];

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

  it.each<[string, object, string[]]>([
    ['has nothing against one that says so', { delivery: 'answered' }, []],
    [
      'notices one that does not say so',
      {},
      [
        'is told as such, and leaves what is there',
        'lets a sign-in reject at once, and the session before it stand',
      ],
    ],
  ])('%s, where its place takes no write any more', async (_what, error, rules) => {
    const full = (framework: Parameters<typeof storeContract>[0]): void =>
      storeContract(framework, {
        name: 'x',
        timeout: 500,
        async create() {
          let refuses = false;
          const store = but(({ write }) => ({
            async write(record, expected) {
              if (refuses) throw Object.assign(new Error('The disk is full'), error);
              return write(record, expected);
            },
          }));
          return { open: () => store, refuse: () => void (refuses = true) };
        },
      });
    expect(await broken(full)).toEqual(rules);
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

/** Ms that a rule gets here, so that a lock or store that hangs is found out soon. */
const timeout = 300;
type LockHooks = Partial<Parameters<typeof lockContract>[1]>;

const lockFindings = (
  make: () => RefreshLock,
  hooks: LockHooks = {},
): Promise<Map<string, string>> =>
  findingsOf((framework) =>
    lockContract(framework, {
      name: 'x',
      timeout,
      async create() {
        const lock = make();
        return { open: () => lock };
      },
      ...hooks,
    }),
  );

const storeFindings = (make: () => TokenStore): Promise<Map<string, string>> =>
  findingsOf((framework) =>
    storeContract(framework, {
      name: 'x',
      seed: 7, // not every seed draws what each of these loses
      timeout,
      async create() {
        const store = make();
        return { open: () => store };
      },
    }),
  );

describe('a rule of the contract of locks that is broken', () => {
  it('gives back what it holds, so that the other rules find what they would have found', async () => {
    const lock = memoryLock();
    let holders = 0;
    const withLease: RefreshLock = {
      request: (name, options, task) =>
        lock.request(name, options, async () => {
          holders++;
          try {
            return await task({ name, signal: new AbortController().signal });
          } finally {
            holders--;
          }
        }),
    };
    const findings = await lockFindings(memoryLock, {
      create: async () => ({
        open: () => withLease,
        async close() {
          while (holders > 0) await turn(); // as a connection that is closed when nobody uses it any more
        },
      }),
    });
    expect([...findings]).toEqual([
      [
        expect.stringMatching(/gives the task a lease/),
        expect.stringMatching(/^there is a lease: expected false, got true/),
      ],
    ]);
  });

  it('says what it found, and not what went wrong while it cleaned up', async () => {
    const open: RefreshLock = { request: async (name, _options, task) => task({ name }) };
    const findings = await lockFindings(memoryLock, {
      create: async () => ({
        open: () => open,
        close: () => Promise.reject(new Error('could not be closed')),
      }),
    });
    expect(findings.get('keeps others out for as long as the task runs')).toMatch(
      /^granted beside the holder/,
    );
    expect(findings.get('runs the task, and resolves with what it gives')).toBe(
      'could not be closed',
    );
  });

  it.each<[string, RegExp, RegExp, (lock: RefreshLock) => RefreshLock, LockHooks]>([
    [
      'runs the task twice',
      /runs the task once/,
      /ran the task of one request twice/,
      (lock) => ({
        request: (name, options, task) =>
          lock.request(name, options, async (held) => {
            await task(held);
            return task(held);
          }),
      }),
      {},
    ],
    [
      'runs the task again when it has resolved',
      /runs the task once/,
      /ran the task of one request twice/,
      (lock) => ({
        async request(name, options, task) {
          const result = await lock.request(name, options, task);
          void turn().then(() => lock.request(name, {}, task));
          return result;
        },
      }),
      {},
    ],
    [
      'rejects when its signal aborts, and runs the task later',
      /is not granted to a waiter that gave up/,
      /ran the task of a request that had been refused/,
      (lock) => ({
        request: (name, { signal }, task) =>
          signal === undefined
            ? lock.request(name, {}, task)
            : new Promise((resolve, reject) => {
                if (signal.aborted) return reject(signal.reason as Error);
                signal.addEventListener('abort', () => reject(signal.reason as Error));
                lock.request(name, {}, task).then(resolve, reject);
              }),
      }),
      {},
    ],
    [
      'rejects as it is down, and runs the task later',
      /says that the backend is down/,
      /ran the task of a request that had been refused/,
      (lock) => lock,
      {
        down: async () => ({
          async request(name, _options, task) {
            void turn().then(() => task({ name }));
            throw new Error('down');
          },
        }),
      },
    ],
    [
      'resolves before the task has ended',
      /resolves only when the task has ended/,
      /settled while its task ran/,
      (lock) => ({
        async request(name, options, task) {
          await new Promise<void>((resolve, reject) => {
            lock
              .request(name, options, (held) => {
                resolve();
                return task(held);
              })
              .catch(reject);
          });
          return undefined as never;
        },
      }),
      {},
    ],
    [
      'hangs when it is to be released',
      /keeps others out for as long as the task runs/,
      /^not within 300 ms: .* for "one" to settle, whose task has ended/,
      (lock) => ({
        request: (name, options, task) =>
          lock
            .request(name, options, task)
            .then((result) => (name === 'one' ? new Promise(() => undefined) : result)),
      }),
      {},
    ],
    [
      'stays taken when the task rejects',
      /comes free when the task rejects/,
      /^not within 300 ms: .* for "one" to be granted/,
      (lock) => ({
        request: (name, options, task) =>
          new Promise((resolve, reject) => {
            lock
              .request(name, options, (held) =>
                task(held).then(resolve, (error: Error) => {
                  reject(error);
                  return new Promise<never>(() => undefined);
                }),
              )
              .catch(reject);
          }),
      }),
      {},
    ],
    [
      'does not care for signals',
      /while it waits, without waiting for the holder/,
      /^not within 300 ms: .* for "one" to be refused, whose signal has aborted/,
      (lock) => ({ request: (name, _options, task) => lock.request(name, {}, task) }),
      {},
    ],
    [
      'has leases, and tells nobody when one is lost',
      /tells the holder when its lease is lost/,
      /^held.signal: expected true, got false/,
      (lock) => lock,
      { loseLease: async () => undefined },
    ],
    [
      'has leases, and never aborts their signal',
      /tells the holder when its lease is lost/,
      /^not within 300 ms: held.signal to abort/,
      (lock) => ({
        request: (name, options, task) =>
          lock.request(name, options, () => task({ name, signal: new AbortController().signal })),
      }),
      { loseLease: async () => undefined },
    ],
  ])('notices a lock that %s, and says so', async (_what, rule, message, change, hooks) => {
    const findings = await lockFindings(() => change(memoryLock()), hooks);
    expect([...findings.values()]).not.toContain('THE RULE HANGS');
    expect([...findings]).toContainEqual([
      expect.stringMatching(rule),
      expect.stringMatching(message),
    ]);
  });

  it.each<[string, (held: number) => unknown, boolean, RegExp | undefined]>([
    ['the same identity each time', () => 'kernel', false, undefined],
    ['none', () => undefined, false, undefined],
    ['an empty one', () => '', false, /held.freedOnDeath: expected a string that is not empty/],
    ['something that is no text', () => 7, false, /held.freedOnDeath: expected a string/],
    ['another one each time', (held) => `holder ${held}`, false, /the same for each holder/],
    ['one, and has leases', () => 'a host', true, /a lease outlives its holder/],
  ])(
    'knows what %s of a lock that frees itself is worth',
    async (_what, identity, leases, says) => {
      let count = 0;
      const findings = await lockFindings(
        () => {
          const lock = memoryLock();
          return {
            request: (name, options, task) =>
              lock.request(name, options, () =>
                task({
                  name,
                  ...(leases && { signal: new AbortController().signal }),
                  ...({ freedOnDeath: identity(++count) } as object),
                }),
              ),
          };
        },
        leases ? { loseLease: async () => undefined } : {},
      );
      expect(
        findings.get(
          'vouches for its holder only with an identity that all holders share, if at all',
        ),
      ).toEqual(says === undefined ? undefined : expect.stringMatching(says));
    },
  );
});

describe('a rule of the contract of stores', () => {
  it('takes null for nothing, as databases give it', async () => {
    const nullish = (): TokenStore =>
      but((store) => ({
        read: async () => (await store.read()) ?? (null as never),
        write: async (record, expected) =>
          (await store.write(record, expected ?? undefined)) ?? (null as never),
      }));
    expect([...(await storeFindings(nullish))]).toEqual([]);
  });

  const loses = (change: (record: SessionRecord) => unknown) => (store: TokenStore) => ({
    write: (record: SessionRecord, expected: string | undefined) =>
      store.write(change(record) as SessionRecord, expected),
  });
  const mapped = (value: unknown, change: (text: string | number) => unknown): unknown => {
    if (typeof value === 'string' || typeof value === 'number') return change(value);
    if (typeof value !== 'object' || value === null) return value;
    return Array.isArray(value)
      ? value.map((each) => mapped(each, change))
      : Object.fromEntries(
          Object.entries(value).map(([name, member]) => [name, mapped(member, change)]),
        );
  };

  it.each<[string, RegExp, RegExp, (store: TokenStore) => Partial<TokenStore>]>([
    [
      'keeps the members that it knows',
      /keeps members that it does not know/,
      /^read: the value/,
      loses(({ v, session, gen, status, tokens, issuedAt, turn, intent, dead }) =>
        JSON.parse(
          JSON.stringify({ v, session, gen, status, tokens, issuedAt, turn, intent, dead }),
        ),
      ),
    ],
    [
      'keeps the members of an intent that it knows',
      /keeps members that it does not know/,
      /^read: the value/,
      loses((record) =>
        record.intent === undefined
          ? record
          : {
              ...record,
              intent: {
                gen: record.intent.gen,
                owner: record.intent.owner,
                startedAt: record.intent.startedAt,
                attempt: record.intent.attempt,
              },
            },
      ),
    ],
    [
      'reads once, and remembers that',
      /shows who has read before what was written since/,
      /^read by another: the value/,
      (store) => {
        const first = new Map<string, Awaited<ReturnType<TokenStore['read']>>>();
        return {
          async read() {
            const stored = first.get('') ?? (await store.read());
            first.set('', stored);
            return stored;
          },
        };
      },
    ],
    [
      'trims texts',
      /gives back whatever was written/,
      /^read: the value: .* \(seed \d+\)$/s,
      loses((record) =>
        mapped(record, (value) => (typeof value === 'string' ? value.trim() : value)),
      ),
    ],
    [
      'keeps single precision',
      /gives back whatever was written/,
      /\(seed \d+\)$/,
      loses((record) =>
        mapped(record, (value) =>
          typeof value === 'number' && !Number.isInteger(value) ? Math.fround(value) : value,
        ),
      ),
    ],
    [
      'copies member by member',
      /gives back whatever was written/,
      /\(seed \d+\)$/,
      loses(function copied(value: unknown): unknown {
        if (typeof value !== 'object' || value === null) return value;
        if (Array.isArray(value)) return value.map(copied);
        const copy: Record<string, unknown> = {};
        for (const [name, member] of Object.entries(value)) copy[name] = copied(member); // loses __proto__
        return copy;
      }),
    ],
    [
      'hangs when it is read',
      /holds nothing until somebody writes/,
      /^not within 300 ms: read\(\)/,
      () => ({ read: () => new Promise<never>(() => undefined) }),
    ],
    [
      'throws from subscribe',
      /gives what unsubscribes at once/,
      /^subscribe\(\) threw: no channel/,
      () => ({
        subscribe() {
          throw new Error('no channel');
        },
      }),
    ],
    [
      'has an async subscribe',
      /gives what unsubscribes at once/,
      /^subscribe\(\) gave a promise; it has to give a function that unsubscribes, at once/,
      (store) => ({
        subscribe: (async (onChange: () => void) => store.subscribe?.(onChange)) as never,
      }),
    ],
    [
      'has an async subscribe that rejects',
      /gives what unsubscribes at once/,
      /^subscribe\(\) gave a promise/,
      () => ({ subscribe: (() => Promise.reject(new Error('no channel'))) as never }),
    ],
    [
      'gives nothing from subscribe',
      /gives what unsubscribes at once/,
      /^subscribe\(\) gave undefined/,
      (store) => ({
        subscribe: ((onChange: () => void) => void store.subscribe?.(onChange)) as never,
      }),
    ],
    [
      'throws when somebody unsubscribes',
      /gives what unsubscribes at once/,
      /^unsubscribing threw: closed/,
      () => ({
        subscribe: () => () => {
          throw new Error('closed');
        },
      }),
    ],
    [
      'has one lock for all, so that refreshes wait for a login',
      /lets refreshes go on while a login is open/,
      /^not within 300 ms: the lock of a refresh to be granted while a login is open/,
      ({ lock }) => ({
        lock: { request: async (_name, ...rest) => (lock as RefreshLock).request('one', ...rest) },
      }),
    ],
    [
      'tells nobody anything',
      /tells subscribers of what others write/,
      /^(no subscriber was told of 1000 writes|not within 300 ms: )/,
      () => ({ subscribe: () => () => undefined }),
    ],
  ])('notices one that %s, and says so', async (_what, rule, message, change) => {
    const findings = await storeFindings(() => but(change));
    expect([...findings.values()]).not.toContain('THE RULE HANGS');
    expect([...findings]).toContainEqual([
      expect.stringMatching(rule),
      expect.stringMatching(message),
    ]);
  });

  it('says the seed of the records that it drew, and draws the same again', async () => {
    const trimming = (): TokenStore =>
      but(
        loses((record) =>
          mapped(record, (text) => (typeof text === 'string' ? text.trim() : text)),
        ),
      );
    const finding = async (seed?: number): Promise<string> => {
      const findings = await findingsOf((framework) =>
        storeContract(framework, {
          name: 'x',
          seed,
          async create() {
            const store = trimming();
            return { open: () => store };
          },
        }),
      );
      return String([...findings].find(([name]) => /whatever was written/.test(name))?.[1]);
    };
    const first = await finding();
    const seed = Number(/\(seed (\d+)\)$/.exec(first)?.[1]);
    expect(await finding(seed)).toBe(first);
  });
});
