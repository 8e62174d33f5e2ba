import { randomBytes } from 'node:crypto';
import { expect, it, jest } from '@jest/globals';
import { poolOn } from '../../../postgres/test/support/connect.ts';
import { withPostgres } from '../../../postgres/test/support/with-postgres.ts';
import { runProcess } from '../support/process.ts';
import { prepareProgram } from '../support/program.ts';

jest.setTimeout(60_000); // it starts processes, which takes its time on a busy machine

const TOKEN = '/v1/sessions/acme:42/token';

withPostgres('two replicas of the program', (server) => {
  it('share sessions by DATABASE_URL: 20 clients that were refused at once cost one redemption, and a killed one is not missed', async () => {
    const pool = poolOn(server().port);
    await pool.query((await runProcess(['schema'])).stdout);
    await pool.end();
    const made = await runProcess(['create-key', 'all', 'read:*', 'reject:*', 'write:*']);
    const { key, entry } = JSON.parse(made.stdout) as { key: string; entry: object };
    const program = await prepareProgram();
    program.configure({
      providers: { crm: { tokenEndpoint: program.provider.tokenEndpoint, clientId: 'cli' } },
      keys: { encryption: [{ env: 'ENCRYPTION_KEY' }], api: [entry] },
    });
    const env = {
      DATABASE_URL: `postgres://postgres@127.0.0.1:${server().port}/postgres`,
      ENCRYPTION_KEY: randomBytes(32).toString('base64'),
    };
    const replicas = await Promise.all([program.start(env, key), program.start(env, key)]);
    const [one, other] = replicas;
    await one.deposit('acme:42');
    const { session } = (await (await other.call('GET', TOKEN)).json()) as { session: string };
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        (index % 2 === 0 ? one : other).call('POST', TOKEN, {
          rejected: { session, generation: 0 },
        }),
      ),
    );
    const tokens = await Promise.all(answers.map((answer) => answer.json()));
    expect(new Set(tokens.map((token) => JSON.stringify(token))).size).toBe(1);
    expect(tokens[0]).toMatchObject({ session, generation: 1 });
    expect(program.provider).toMatchObject({ redemptions: 1, refusals: 0 });

    one.child.kill('SIGKILL');
    await one.ended;
    expect(await (await other.call('GET', TOKEN)).json()).toEqual(tokens[0]);
    other.child.kill('SIGTERM');
    expect(await other.ended).toBe(0);
    expect(other.lines[0]).toMatchObject({ event: 'start', database: 'postgres' });
    await program.stop();
  });
});
