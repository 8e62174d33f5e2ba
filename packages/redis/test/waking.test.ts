import { expect, it } from '@jest/globals';
import { createTokenManager, type TokenManager } from 'unexpired';
import { type RedisLike, redisLock, redisStore } from '../src/index.ts';
import { CLIENTS, command } from './support/clients.ts';
import { fresh, inRedis, KEY } from './support/stage.ts';

/** How many listen for what is written, as soon as there are any. */
async function listeners(client: RedisLike): Promise<number> {
  for (;;) {
    const words = ['PUBSUB', 'NUMSUB', `unexpired:changed:${KEY}`] as const;
    const [, count] = (await command(client, ...words)) as unknown[];
    if (Number(count) > 0) return Number(count);
  }
}

inRedis('waking', (stage) => {
  const { connect, manager } = stage;

  it('opens one more connection for all sessions that listen, and closes it when the last one leaves', async () => {
    const connected = async (): Promise<number> =>
      String(await command(stage.client, 'CLIENT', 'LIST'))
        .trim()
        .split('\n').length;
    const own = connect();
    await command(own, 'PING');
    const before = await connected();
    const stops = Array.from({ length: 50 }, (_, number) =>
      redisStore(own, { key: `session:${number}` }).subscribe?.(() => undefined),
    );
    const channels = async (): Promise<unknown[]> =>
      (await command(stage.client, 'PUBSUB', 'CHANNELS')) as unknown[];
    while ((await channels()).length < 50);
    expect(await connected()).toBe(before + 1);
    for (const stop of stops) stop?.();
    while ((await connected()) > before);
    expect(await channels()).toEqual([]);
  });

  it('tells the others of a sign-out who share the store itself', async () => {
    const store = redisStore(connect(), { key: KEY });
    const [one, other] = [1, 2].map((number) =>
      createTokenManager({ store, refresh: async () => fresh(number) }),
    ) as [TokenManager, TokenManager];
    stage.managers.add(one).add(other);
    await one.setSession(fresh(1));
    expect((await other.getToken())?.accessToken).toBe('access-1');
    const told = new Promise<void>((resolve) =>
      other.subscribe(({ type }) => void (type === 'signedOut' && resolve())),
    );
    expect(await listeners(stage.client)).toBe(1);
    await one.signOut();
    await told;
    expect(other.status).toBe('signedOut');
  });

  it('listens as soon as it can where the client keeps no commands until it is connected', async () => {
    const connection = CLIENTS[stage.name](stage.server().port, { keepsCommands: false });
    stage.connections.add(connection);
    const stop = redisStore(connection.client, { key: KEY }).subscribe?.(() => undefined);
    expect(await listeners(stage.client)).toBe(1);
    stop?.();
  });

  it('publishes no token', async () => {
    const heard: string[] = [];
    const spy = CLIENTS.ioredis(stage.server().port);
    stage.connections.add(spy);
    const ioredis = spy.client as unknown as {
      psubscribe(pattern: string): Promise<unknown>;
      on(event: string, listener: (...words: string[]) => void): void;
    };
    ioredis.on('pmessage', (...words) => heard.push(words.join(' ')));
    await ioredis.psubscribe('*');
    const tokens = manager(connect(), async () => fresh(2));
    await tokens.setSession(fresh(1));
    await tokens.refresh();
    await tokens.signOut();
    while (heard.length < 4) await command(stage.client, 'PING'); // sign-in, refresh, the lock that came free, sign-out
    expect(heard.join('\n')).not.toMatch(/access-|refresh-/);
  });

  it('works without pub/sub, which it may not be allowed to use', async () => {
    await command(stage.client, 'ACL', 'SETUSER', 'default', '-publish', '-subscribe');
    try {
      const [one, other] = [redisLock(connect()), redisLock(connect())];
      const done: string[] = [];
      await Promise.all(
        [one, other].map((lock, number) =>
          lock.request('one', {}, async () => void done.push(`${number}`)),
        ),
      );
      expect(done).toHaveLength(2);
      const tokens = manager(connect(), async () => fresh(2));
      await tokens.setSession(fresh(1));
      expect((await tokens.refresh()).accessToken).toBe('access-2');
    } finally {
      await command(stage.client, 'ACL', 'SETUSER', 'default', '+publish', '+subscribe');
    }
  });
});
