import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { poolOn } from '../../../postgres/test/support/connect.ts';
import { withPostgres } from '../../../postgres/test/support/with-postgres.ts';
import { postgres, serviceSchema, sqlite } from '../../src/index.ts';
import type { Tables } from '../../src/data/tables.ts';
import { auditOf, type AuditRow } from '../support/audit.ts';
import { eventually } from '../support/eventually.ts';
import { holdEndpoint } from '../support/held-endpoint.ts';
import { runProcess } from '../support/process.ts';
import { prepareProgram, type Program, type Started } from '../support/program.ts';

jest.setTimeout(60_000); // it starts processes, which takes its time on a busy machine

/** The program on a database, and the same database for the test. */
interface On {
  readonly tables: Tables;
  start(): Promise<Started>;
  close(): Promise<void>;
}

describe('the audit trail of a program on SQLite that is killed', () => {
  crashes(async (program) => {
    const database = sqlite(path.join(program.folder, 'data', 'sessions.db'));
    return {
      tables: database.tables as Tables,
      start: () => program.start(),
      close: () => database.close(),
    };
  });
});

withPostgres('the audit trail of a program that is killed', (server) => {
  let count = 0;
  crashes(async (program) => {
    const pool = poolOn(server().port);
    const table = `killed_${++count}`;
    await pool.query(serviceSchema(table));
    const { stdout } = await runProcess(['create-key', 'all', 'read:*', 'reject:*', 'write:*']);
    const { key, entry } = JSON.parse(stdout) as { key: string; entry: object };
    const env = {
      URL_OF_IT: `postgres://postgres@127.0.0.1:${server().port}/postgres`,
      ENCRYPTION_KEY: randomBytes(32).toString('base64'),
    };
    const more = {
      database: { postgres: { env: 'URL_OF_IT' }, table },
      keys: { encryption: [{ env: 'ENCRYPTION_KEY' }], api: [entry] },
    };
    return {
      tables: postgres(pool, { table }).tables as Tables,
      start: () => program.start(env, key),
      close: () => pool.end(),
      ...{ more },
    };
  });
});

function crashes(open: (program: Program) => Promise<On & { more?: object }>): void {
  let program: Program;
  let on: On & { more?: object };
  let endpoint: Awaited<ReturnType<typeof holdEndpoint>>;
  beforeEach(async () => {
    program = await prepareProgram();
    endpoint = await holdEndpoint(program.provider.tokenEndpoint);
    on = await open(program);
    program.configure({
      providers: { crm: { tokenEndpoint: endpoint.address, clientId: 'cli' } },
      ...on.more,
    });
  });
  afterEach(async () => {
    await program.stop();
    await on.close();
    endpoint.open();
    await endpoint.stop();
  });

  const rowsOf = async (operation: string): Promise<AuditRow[]> =>
    (await auditOf(on.tables).rows()).filter((row) => row.operation === operation);
  /**
   * The rows of an operation, and the sessions that stand as it leaves them, in one look: the database may be finishing what a
   * killed program has asked for.
   */
  const inOneLook = async (operation: string, state: string) => {
    const { audit, schedule } = on.tables.names;
    const all = await on.tables.query(
      `select 'row' as kind, key, session from ${audit} where operation = $1
union all select 'session', key, session from ${schedule} where state = $2`,
      [operation, state],
    );
    return {
      rows: all.filter(({ kind }) => kind === 'row'),
      sessions: all.filter(({ kind }) => kind === 'session'),
    };
  };
  const namesIn = (rows: readonly { readonly key?: unknown; readonly session?: unknown }[]) =>
    rows.map(({ key, session }) => `${String(key)} ${String(session)}`).toSorted();
  const KEYS = Array.from({ length: 40 }, (_, index) => `acme:${index}`);

  /** Does it for all keys at once, kills the program after the tenth answer, and gives those that were answered. */
  const killed = async (
    running: Started,
    run: (key: string) => Promise<unknown>,
  ): Promise<string[]> => {
    const answered: string[] = [];
    await Promise.allSettled(
      KEYS.map(async (key) => {
        await run(key);
        answered.push(key);
        if (answered.length === 10) running.child.kill('SIGKILL');
      }),
    );
    expect(await running.ended).toBe('SIGKILL');
    return answered;
  };

  it('has a row for each deposit that has happened, answered or not, and for no other', async () => {
    const running = await on.start();
    const answered = await killed(running, (key) => running.deposit(key));
    const { rows, sessions } = await inOneLook('deposit', 'active');
    expect(namesIn(rows)).toEqual(namesIn(sessions));
    expect(rows.map(({ key }) => key)).toEqual(expect.arrayContaining(answered));
    expect(answered.length).toBeGreaterThanOrEqual(10);
  });

  it('has a row for each sign-out that has happened, answered or not, and for no other', async () => {
    const running = await on.start();
    for (const key of KEYS) await running.deposit(key);
    const answered = await killed(running, async (key) => {
      const { status } = await running.call('DELETE', `/v1/sessions/${key}`);
      if (status !== 204) throw new Error(`the sign-out was refused: ${status}`);
    });
    const { rows, sessions } = await inOneLook('sign_out', 'signed_out');
    const keysIn = (all: readonly { readonly key?: unknown }[]) =>
      all.map(({ key }) => String(key)).toSorted();
    expect(keysIn(rows)).toEqual(keysIn(sessions));
    expect(keysIn(rows)).toEqual(expect.arrayContaining(answered));
  });

  it('has the row of a rotation by hand before the provider is asked for it, and it says that this was begun', async () => {
    const running = await on.start();
    await running.deposit('acme:1');
    const token = (await (await running.call('GET', '/v1/sessions/acme:1/token')).json()) as {
      session: string;
    };
    const rejected = { session: token.session, generation: 0 };
    const asking = running
      .call('POST', '/v1/sessions/acme:1/token', { rejected })
      .then(({ status }) => status)
      .catch(() => 'no answer');
    await endpoint.asked;
    running.child.kill('SIGKILL');
    expect(await asking).toBe('no answer');
    expect(await running.ended).toBe('SIGKILL');
    expect(await rowsOf('reject')).toMatchObject([
      { key: 'acme:1', session: token.session, generation: 0, outcome: 'begun', calls: 1 },
    ]);
  });

  it('has all reads but those since it was written last, which is a second ago at the most', async () => {
    const running = await on.start();
    await running.deposit('acme:1');
    const read = () => running.call('GET', '/v1/sessions/acme:1/token');
    const written = async (): Promise<number> =>
      (await rowsOf('read')).reduce((sum, { calls }) => sum + calls, 0);
    for (let count = 0; count < 5; count++) expect((await read()).status).toBe(200);
    await eventually(written, (calls) => calls >= 5);
    for (let count = 0; count < 3; count++) expect((await read()).status).toBe(200);
    running.child.kill('SIGKILL');
    expect(await running.ended).toBe('SIGKILL');
    const found = await written();
    expect([5, 6, 7, 8]).toContain(found);

    const again = await on.start();
    expect((await again.call('GET', '/v1/sessions/acme:1/token')).status).toBe(200);
    again.child.kill('SIGTERM');
    expect(await again.ended).toBe(0);
    expect(await written()).toBe(found + 1); // one that ends as it is told to loses none
  });
}
