import { describe, expect, it } from '@jest/globals';
import { createCluster, createSentinel } from '@redis/client';
import { type RedisLike, redisLock, redisStore } from '../src/index.ts';

const client: RedisLike = { sendCommand: () => Promise.reject(new Error('not connected')) };

describe('what is given to redisStore and redisLock', () => {
  it.each<[string, () => unknown]>([
    [
      'redisStore: client: expected a client with sendCommand() (node-redis) or call() (ioredis), got undefined',
      () => redisStore(undefined as never, { key: 'a' }),
    ],
    [
      'redisLock: client: expected a client with sendCommand() (node-redis) or call() (ioredis), got an object without them',
      () => redisLock({} as never),
    ],
    [
      'redisStore: key: expected a string that is not empty, got undefined',
      () => redisStore(client, undefined as never),
    ],
    [
      'redisStore: key: expected a string that is not empty, got an empty string',
      () => redisStore(client, { key: '' }),
    ],
    [
      'redisStore: key: a "}" needs a "{" before it and something between the two, so that a cluster knows the slot',
      () => redisStore(client, { key: 'a}b' }),
    ],
    [
      'redisStore: key: a "}" needs a "{" before it and something between the two, so that a cluster knows the slot',
      () => redisStore(client, { key: '{}a' }),
    ],
    [
      'redisStore: key: half of a surrogate pair is no character',
      () => redisStore(client, { key: 'user:\ud83d' }),
    ],
    [
      'redisStore: lease: expected ms, at least 100, got 99',
      () => redisStore(client, { key: 'a', lease: 99 }),
    ],
    [
      'redisLock: lease: expected ms, at least 100, got string',
      () => redisLock(client, { lease: '30s' as never }),
    ],
    [
      'redisStore: ttl: expected ms, more than zero, got 0',
      () => redisStore(client, { key: 'a', ttl: 0 }),
    ],
    [
      'redisStore: ttl: expected ms, more than zero, got NaN',
      () => redisStore(client, { key: 'a', ttl: Number.NaN }),
    ],
    [
      'redisStore: there is no option "expires"; the options are key, lease, ttl',
      () => redisStore(client, { key: 'a', expires: 60 } as never),
    ],
    [
      'redisLock: there is no option "ttl"; the options are lease',
      () => redisLock(client, { ttl: 60_000 } as never),
    ],
    [
      'redisLock: client: the sendCommand() of a cluster client of node-redis wants more than the command; give { sendCommand: (args) => client.sendCommand(args[3], false, args) }',
      () => redisLock(createCluster({ rootNodes: [] }) as never),
    ],
    [
      'redisStore: client: the sendCommand() of a sentinel client of node-redis wants more than the command; give { sendCommand: (args) => client.sendCommand(false, args) }',
      () =>
        redisStore(createSentinel({ name: 'one', sentinelRootNodes: [] }) as never, { key: 'a' }),
    ],
  ])('is checked at once: %s', (message, run) => {
    expect(run).toThrow(new TypeError(message));
  });

  it('is checked when it is asked for: a name of a lock that would be that of another one, too', async () => {
    await expect(
      redisLock(client).request('user:\ud83d', {}, async () => undefined),
    ).rejects.toThrow(new TypeError('redisLock: name: half of a surrogate pair is no character'));
  });

  it('is named by its key', () => {
    expect(redisStore(client, { key: 'session:42' }).name).toBe('session:42');
  });

  it.each<[string, object]>([
    [
      'has no destroy(), before node-redis 5',
      { disconnect: () => Promise.reject(new Error('closed')) },
    ],
    [
      'says that it was closed already',
      {
        destroy() {
          throw new Error('closed');
        },
      },
    ],
  ])('may be a client whose copy %s: leaving is no error', async (_what, how) => {
    let ended = 0;
    const copy = {
      on: () => undefined,
      connect: async () => undefined,
      subscribe: async () => undefined,
      unsubscribe: async () => undefined,
      ...Object.fromEntries(
        Object.entries(how).map(([name, end]) => [name, () => (ended++, (end as () => unknown)())]),
      ),
    };
    const stop = redisStore(
      { sendCommand: async () => ['none'], duplicate: () => copy },
      { key: 'a' },
    ).subscribe?.(() => undefined);
    stop?.();
    await new Promise((resolve) => setImmediate(resolve)); // where a rejection would have gone unhandled
    expect(ended).toBe(1);
  });

  it('may be a client that nothing can be hung on: it is asked all the same', async () => {
    const asked: string[][] = [];
    const frozen = Object.freeze({
      sendCommand: async (args: string[]) => (asked.push(args), ['none']),
    });
    const store = redisStore(frozen, { key: 'a' });
    expect(await store.read()).toBeUndefined();
    expect(asked).toEqual([['EVAL', expect.any(String), '1', 'a']]);
  });
});

describe('subscribe', () => {
  it.each<[string, RedisLike, boolean]>([
    ['cannot be duplicated, as the wrapper of a node-redis cluster', client, false],
    [
      'is ioredis without duplicate(), as some proxies are',
      { call: () => Promise.reject(new Error('not connected')) },
      false,
    ],
    ['can be duplicated', { ...client, duplicate: () => undefined }, true],
  ])('of a client that %s is offered only where something can come: %#', (_what, own, offered) => {
    expect('subscribe' in redisStore(own, { key: 'a' })).toBe(offered);
  });
});
