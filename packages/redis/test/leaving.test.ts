import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type RedisLike, redisLock, redisStore } from '../src/index.ts';
import { command } from './support/clients.ts';
import { start } from './support/programs.ts';
import { counting, inRedis, KEY } from './support/stage.ts';

/** Accepts, and says nothing. */
async function startSilentServer(): Promise<{ readonly port: number; stop(): void }> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => void sockets.add(socket));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    stop() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

/** A copy whose user gives up as soon as it has said that it wants to connect. */
function duplicated(leaving: AbortController, client: RedisLike): unknown {
  queueMicrotask(() => leaving.abort(new Error('given up')));
  return client.duplicate?.();
}

inRedis('leaving before the connection that listens is there', (stage) => {
  let silent: Awaited<ReturnType<typeof startSilentServer>>;
  beforeAll(async () => void (silent = await startSilentServer()));
  afterAll(() => silent.stop());

  const connected = async (): Promise<number> =>
    String(await command(stage.client, 'CLIENT', 'LIST'))
      .trim()
      .split('\n').length;
  const heardOf = async (): Promise<number> =>
    Number(
      ((await command(stage.client, 'PUBSUB', 'NUMSUB', 'unexpired:changed:last')) as unknown[])[1],
    );

  it('leaves no connection behind: of stores, and of a lock whose waiter gave up', async () => {
    const own = stage.connect();
    await command(own, 'PING');
    const before = await connected();
    for (let time = 0; time < 5; time++)
      redisStore(own, { key: KEY }).subscribe?.(() => undefined)();
    await command(own, 'SET', 'one:lease', 'somebody else');
    const leaving = new AbortController();
    const waiting = redisLock({ ...counting(own, []), duplicate: () => duplicated(leaving, own) });
    await expect(
      waiting.request('one', { signal: leaving.signal }, async () => undefined),
    ).rejects.toThrow('given up');
    // Whoever comes last has the last connection: the others are there by then, or never will be.
    const stop = redisStore(own, { key: 'last' }).subscribe?.(() => undefined);
    while ((await heardOf()) === 0);
    stop?.();
    while ((await heardOf()) > 0);
    expect(await connected()).toBe(before);
  });

  it.each(['answers', 'refuses', 'is silent'])(
    'lets the process end where the server %s',
    async (how) => {
      const ports: Record<string, number> = {
        answers: stage.server().port,
        'is silent': silent.port,
      };
      const program = start('leaver', [
        JSON.stringify({ client: stage.name, port: ports[how] ?? 1 }),
      ]);
      try {
        expect(await program.ended).toEqual({ code: 0, signal: null });
      } finally {
        await program.kill();
      }
    },
    20_000,
  );
});
