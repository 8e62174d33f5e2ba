import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { poolOn } from '../../../postgres/test/support/connect.ts';
import { withPostgres } from '../../../postgres/test/support/with-postgres.ts';
import { createApiKey } from '../../src/index.ts';
import { runProcess } from '../support/process.ts';
import { prepareProgram, type Program, type Started } from '../support/program.ts';

jest.setTimeout(60_000); // it starts processes, which takes its time on a busy machine

const HOUR = 3_600_000;
/** Makes `Date.now` of a process wrong by so many ms. */
const shifted = (ms: number): string =>
  `--import data:text/javascript,${encodeURIComponent(`const now=Date.now;Date.now=()=>now()+(${ms})`)}`;

withPostgres('a replica whose clock is', (server) => {
  const scopes = ['read:*', 'reject:*', 'write:*'];
  const [lasting, soon, late] = [
    createApiKey({ id: 'lasting', scopes }),
    createApiKey({ id: 'soon', scopes, expiresAt: Date.now() + HOUR }),
    createApiKey({ id: 'late', scopes, expiresAt: Date.now() - HOUR }),
  ];
  let program: Program;
  beforeAll(async () => {
    const pool = poolOn(server().port);
    await pool.query((await runProcess(['schema'])).stdout);
    await pool.end();
    program = await prepareProgram();
    const { tokenEndpoint } = program.provider;
    program.configure({
      providers: { crm: { tokenEndpoint, clientId: 'cli', refreshAhead: false } },
      keys: {
        encryption: [{ env: 'ENCRYPTION_KEY' }],
        api: [lasting, soon, late].map(({ entry }) => entry),
      },
    });
  });
  afterAll(() => program.stop());

  const ENCRYPTION_KEY = randomBytes(32).toString('base64');
  const startAt = (ms: number): Promise<Started> =>
    program.start(
      {
        DATABASE_URL: `postgres://postgres@127.0.0.1:${server().port}/postgres`,
        ENCRYPTION_KEY,
        NODE_OPTIONS: shifted(ms),
      },
      lasting.key,
    );
  /** Deposits a token of an hour that was issued `age` ms ago. */
  const deposit = async (replica: Started, session: string, age: number): Promise<void> => {
    const answer = await replica.call('PUT', `/v1/sessions/${session}`, {
      provider: 'crm',
      token_response: {
        ...{ access_token: `access-${session}`, expires_in: HOUR / 1000 },
        refresh_token: await program.provider.newRefreshToken(),
      },
      issued_at: Math.floor((Date.now() - age) / 1000),
    });
    expect(answer.status).toBe(201);
  };
  const ask = async (replica: Started, session: string, seconds: number) => {
    const answer = await replica.call('POST', `/v1/sessions/${session}/token`, {
      valid_for: seconds,
    });
    const { generation, expires_at: expiresAt } = (await answer.json()) as {
      generation: number;
      expires_at: number;
    };
    const asSent = Date.parse(answer.headers.get('date') ?? '');
    return { generation, left: Math.round((expiresAt * 1000 - Date.now()) / 60_000), asSent };
  };

  it.each([3, -3])(
    '%s h off goes by that of the database: it refreshes no token early, hands out none that has expired, and knows for how long each is good',
    async (hours) => {
      const [right, wrong] = await Promise.all([startAt(0), startAt(hours * HOUR)]);
      const named = (what: string): string => `acme:${what}${hours > 0 ? '-ahead' : '-behind'}`;
      const before = program.provider.redemptions;

      await deposit(right, named('new'), 0);
      const found = await ask(wrong, named('new'), 1500);
      expect(found).toMatchObject({ generation: 0, left: 60 });
      expect(Math.abs(found.asSent - Date.now())).toBeLessThan(HOUR / 2);

      await deposit(wrong, named('own'), 0);
      expect(await ask(right, named('own'), 1500)).toMatchObject({ generation: 0, left: 60 });
      expect(program.provider.redemptions).toBe(before);

      await deposit(right, named('aging'), 3_000_000); // good for ten minutes
      expect(await ask(wrong, named('aging'), 300)).toMatchObject({ generation: 0, left: 10 });

      await deposit(wrong, named('expired'), 2 * HOUR);
      expect(await ask(wrong, named('expired'), 0)).toMatchObject({ generation: 1 });
      expect(await ask(right, named('expired'), 0)).toMatchObject({ generation: 1 });
      expect(program.provider).toMatchObject({ redemptions: before + 1, refusals: 0 });

      const path = `/v1/sessions/${named('new')}`;
      const asked = [soon, late].map(({ key }) =>
        wrong.call('GET', path, undefined, { authorization: `Bearer ${key}` }),
      );
      expect((await Promise.all(asked)).map(({ status }) => status)).toEqual([200, 401]);
    },
  );
});
