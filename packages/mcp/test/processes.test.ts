import { afterEach, expect, it } from '@jest/globals';
import { fileStore } from '@unexpired/node';
import { newFolder } from '../../node/test/support/folder.ts';
import { type Program, start } from '../../node/test/support/program.ts';
import { withRedis } from '../../redis/test/support/with-redis.ts';
import { REDIRECT_URL, startWorld, type World } from './support/world.ts';

const program = (name: string, ...args: readonly string[]): Program =>
  start(new URL(`./programs/${name}.ts`, import.meta.url), args);

it('signIn() keeps its process alive while it waits for the login of another, and no longer', async () => {
  const waiting = program('waiting');
  expect(await waiting.ended).toEqual({ code: 0, signal: null });
  expect(waiting.errors()).toBe('');
});

it('signIn() opens a login of its own when the process whose page it waited for is killed', async () => {
  const folder = await newFolder();
  const world = await startWorld();
  const file = folder.at('credentials.json');
  const killed = program('page-open', world.server.url.href, file, REDIRECT_URL);
  try {
    await killed.next('opened');
    const session = world.session({ store: fileStore(file) });
    await session.ready();
    const signingIn = session.signIn();
    await killed.kill();
    await signingIn;
    expect(session.status).toBe('signedIn');
    expect(world.authorization.seen).toMatchObject({ logins: 1, registrations: 2 });
  } finally {
    await killed.kill();
    await world.stop();
    await folder.remove();
  }
}, 60_000);

withRedis('processes of an MCP client', (redis) => {
  let world: World | undefined;
  const running: Program[] = [];
  afterEach(async () => {
    await Promise.all(running.splice(0).map((one) => one.kill()));
    await world?.stop();
  });

  it('open one login and make one refresh between them, and every call is answered', async () => {
    world = await startWorld();
    const { authorization, server } = world;
    for (let count = 0; count < 3; count++)
      running.push(program('redis-client', `${redis().port}`, server.url.href, REDIRECT_URL));
    await Promise.all(running.map((one) => one.next('connected')));
    expect(authorization.seen).toMatchObject({ logins: 1, registrations: 1, redemptions: 0 });
    expect(server.tokens).toHaveLength(1);

    await authorization.revoke(server.tokens[0] ?? '');
    const ids = running.map((_, index) => ['a', 'b'].map((name) => `${name}${index}`));
    for (const [index, one] of running.entries()) one.tell(ids[index]);
    expect(await Promise.all(running.map((one) => one.next('answered')))).toEqual(ids);
    expect(authorization.seen).toMatchObject({ redemptions: 1, refusals: 0, reuses: 0 });
    const ends = await Promise.all(running.map((one) => one.ended));
    expect(ends.map(({ code }) => code)).toEqual([0, 0, 0]);
  }, 60_000);
});
