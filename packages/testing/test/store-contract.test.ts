import { describe, expect, it } from '@jest/globals';
import { memoryStore, type RefreshLock, type SessionRecord, type TokenStore } from 'unexpired';
import { storeContract } from '../src/index.ts';
import { broken, but, findingsOf, rulesBrokenBy, storeFindings, turn } from './support/findings.ts';

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

/** What it does, which rule that breaks, and what that says. */
type BrokenStore = [string, RegExp, RegExp, (store: TokenStore) => Partial<TokenStore>];

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

  it.each<BrokenStore>([
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

describe('a rule of the contract of stores, about who asks and who is told', () => {
  it.each<BrokenStore>([
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
});
