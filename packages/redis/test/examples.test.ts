import { globSync, readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { CLIENTS, command } from './support/clients.ts';
import { start } from './support/programs.ts';
import { withRedis } from './support/with-redis.ts';

const ROOT = new URL('../../../', import.meta.url);

/** What readers copy: pages, doc comments, examples. */
const SHOWN = [
  'README.md',
  '{docs,site,examples}/**/*.{md,ts}',
  'packages/*/{README.md,src/**/*.ts}',
];

withRedis('the example of the README', (server) => {
  it('goes on when Redis is restarted', async () => {
    process.env['REDIS_URL'] = `redis://127.0.0.1:${server().port}`;
    const program = start('reader', []);
    try {
      await program.next('ready');
      const { client, close } = CLIENTS.ioredis(server().port);
      await command(client, 'SAVE');
      close();
      await server().kill();
      await server().restart(); // whoever was connected has been told by now that the connection is gone
      program.tell('token?');
      expect(await program.next('token')).toMatchObject({ accessToken: 'access-1' });
    } finally {
      delete process.env['REDIS_URL'];
      await program.kill();
    }
  }, 20_000);
});

it('no example connects node-redis without a listener for errors, for lack of which a lost connection ends the process', () => {
  const without = SHOWN.flatMap((pattern) => globSync(pattern, { cwd: ROOT }))
    .filter((file) => !file.includes('node_modules'))
    .flatMap((file) => {
      const text = readFileSync(new URL(file, ROOT), 'utf8');
      const calls = text.match(/\bcreateClient\([^;]*?\.connect\(\)/g) ?? [];
      return calls
        .filter((call) => !call.includes(".on('error',"))
        .map((call) => `${file}: ${call}`);
    });
  expect(without).toEqual([]);
});
