import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Broker, CallOptions } from './support/broker.ts';
import { auditOf, type AuditRow, sumsOf } from './support/audit.ts';
import { dropStatement } from '../src/audit/rows.ts';
import { namesOf, POSTGRES } from '../src/data/tables.ts';
import { serviceSchema } from '../src/index.ts';
import { eventually } from './support/eventually.ts';
import { onDatabases, onPostgres } from './support/on-databases.ts';

const SESSION = '/v1/sessions/acme:42';
const TOKEN = `${SESSION}/token`;
const FROM = '192.0.2.7';

onDatabases((start) => {
  let broker: Broker;
  beforeEach(async () => {
    broker = await start();
  });
  afterEach(() => broker.stop());

  const audit = () => auditOf(broker.tables);
  const changes = async (): Promise<AuditRow[]> =>
    (await audit().rows()).filter(({ requestId }) => requestId !== null);
  const statusOf = async (method: string, to: string, options?: CallOptions): Promise<number> =>
    (await broker.call(method, to, { address: FROM, ...options })).status;
  const tokenOf = async (): Promise<{ session: string; generation: number }> => {
    const answer = await broker.call('GET', TOKEN);
    const { session, generation } = (await answer.json()) as Awaited<ReturnType<typeof tokenOf>>;
    return { session, generation };
  };
  const reject = (rejected: object, options?: CallOptions): Promise<number> =>
    statusOf('POST', TOKEN, { body: { rejected }, ...options });

  describe('the row of a change', () => {
    it('is there when the call is answered: who, what, on which tokens, in which request, from where', async () => {
      await broker.deposit('acme:42', { address: FROM });
      const { session } = await tokenOf();
      const row = {
        ...{ principal: 'all', key: 'acme:42', session, outcome: 'done', calls: 1, address: FROM },
        requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      };
      expect(await changes()).toEqual([{ ...row, operation: 'deposit', generation: 0 }]);
      expect(await reject({ session, generation: 0 })).toBe(200);
      expect((await changes())[1]).toEqual({ ...row, operation: 'reject', generation: 0 });
      expect(await statusOf('DELETE', SESSION)).toBe(204);
      expect((await changes())[2]).toEqual({ ...row, operation: 'sign_out', generation: 1 });
      expect(new Set((await changes()).map(({ requestId }) => requestId)).size).toBe(3);
    });

    it('is one for many who have the same token replaced at once; the others are counted', async () => {
      await broker.deposit('acme:42');
      const { session } = await tokenOf();
      const all = Array.from({ length: 20 }, () => reject({ session, generation: 0 }));
      expect(await Promise.all(all)).toEqual(all.map(() => 200));
      expect(broker.provider.redemptions).toBe(1);
      await broker.service.close();
      const rows = (await audit().rows()).filter(({ operation }) => operation === 'reject');
      expect(rows.filter(({ requestId }) => requestId !== null)).toHaveLength(1);
      expect(rows.reduce((sum, { calls }) => sum + calls, 0)).toBe(20);
    });

    it('is of nothing that has changed nothing', async () => {
      await broker.deposit('acme:42');
      const { session } = await tokenOf();
      expect(await reject({ session: 'another', generation: 0 })).toBe(204);
      expect(await reject({ session, generation: 0 })).toBe(200);
      expect(await reject({ session, generation: 0 })).toBe(200); // late
      expect(await statusOf('DELETE', SESSION)).toBe(204);
      expect(await statusOf('DELETE', SESSION)).toBe(204);
      const before = { headers: { 'if-match': '"another.0"' } };
      expect((await broker.deposit('acme:42', before)).status).toBe(412);
      expect(await changes()).toHaveLength(3);
      await broker.service.close();
      expect(await audit().counted()).toEqual([
        'all deposit acme:42 precondition 1',
        'all read acme:42 done 1',
        'all reject acme:42 done 1',
        'all reject acme:42 none 1',
        'all sign_out acme:42 unchanged 1',
      ]);
    });

    it('says how it ended, also where the provider has ended the session', async () => {
      await broker.deposit('acme:42');
      const { session } = await tokenOf();
      await fetch(broker.provider.revocationEndpoint, {
        method: 'POST',
        body: new URLSearchParams({ token: broker.canaries[0] as string, client_id: 'cli' }),
      });
      expect(await reject({ session, generation: 0 })).toBe(409);
      expect((await changes())[1]).toMatchObject({
        operation: 'reject',
        outcome: 'ERR_SESSION_ENDED',
      });
    });

    it('that cannot be written lets nothing change: the answer is 503', async () => {
      await broker.deposit('acme:42');
      const before = await tokenOf();
      await audit().hide();
      const first = await broker.deposit('acme:new');
      expect([first.status, first.headers.get('retry-after')]).toEqual([503, '1']);
      expect(await statusOf('GET', '/v1/sessions/acme:new')).toBe(404);
      expect((await broker.deposit('acme:42')).status).toBe(503);
      expect(await reject(before)).toBe(503);
      expect(await tokenOf()).toEqual(before);
      expect(await statusOf('DELETE', SESSION)).toBe(503);
      expect(broker.provider).toMatchObject({ redemptions: 0, revocations: 0 });
      await audit().show();
      expect(await statusOf('DELETE', SESSION)).toBe(204);
      const operations = (await changes()).map(({ operation }) => operation);
      // Two sign-outs where the first one, which goes on trying, comes at the same moment.
      expect(new Set(operations)).toEqual(new Set(['deposit', 'sign_out']));
    });
  });

  describe('calls that change nothing', () => {
    it('are counted for each key of a caller, operation, session, generation, outcome and address', async () => {
      await broker.deposit('acme:42');
      const token = await tokenOf();
      const tag = { 'if-none-match': `"${token.session}.0"` };
      expect(await statusOf('GET', TOKEN)).toBe(200);
      expect(await statusOf('GET', TOKEN, { headers: tag })).toBe(304);
      expect(await statusOf('GET', TOKEN, { address: '2001:db8::1' })).toBe(200);
      expect(await statusOf('GET', TOKEN, { key: broker.reader })).toBe(200);
      expect(await statusOf('POST', TOKEN, { body: { valid_for: 1 } })).toBe(200);
      expect(await statusOf('GET', SESSION)).toBe(200);
      const keys = ['acme:42', 'acme:43', 'other:1'];
      expect(await statusOf('POST', '/v1/tokens', { body: { keys } })).toBe(200);
      expect(await statusOf('GET', '/v1/sessions?prefix=acme:')).toBe(200);
      const events = await broker.call('GET', '/v1/events?prefix=acme:', { address: FROM });
      await events.body?.cancel();
      await broker.service.close();
      const rows = (await audit().rows()).filter(({ requestId }) => requestId === null);
      const reads = rows.filter(({ operation }) => operation === 'read');
      expect(sumsOf(reads, ({ principal, address }) => `${principal} ${address}`)).toEqual([
        `all ${FROM} 3`,
        'all 2001:db8::1 1',
        'all null 1',
        `reader ${FROM} 1`,
      ]);
      for (const row of rows)
        if (['read', 'state'].includes(row.operation))
          expect(row).toMatchObject({ session: token.session, generation: 0, outcome: 'done' });
      expect((await audit().counted()).filter((text) => !text.includes(' read '))).toEqual([
        'all batch acme:42 done 1',
        'all batch acme:43 unknown 1',
        'all batch other:1 forbidden 1',
        'all events acme: done 1',
        'all list acme: done 1',
        'all state acme:42 done 1',
      ]);
    });

    it('are counted where they were denied, each operation', async () => {
      const { reader: key } = broker;
      await broker.deposit('acme:42', { key });
      expect(await statusOf('DELETE', SESSION, { key })).toBe(403);
      expect(await reject({ session: 'one', generation: 0 }, { key })).toBe(403);
      expect(await statusOf('GET', '/v1/sessions?prefix=acme:', { key })).toBe(403);
      for (const to of ['/token', '', '/token'])
        expect(await statusOf('GET', `/v1/sessions/other:1${to}`, { key })).toBe(403);
      expect(await statusOf('GET', '/v1/events?prefix=other:', { key })).toBe(403);
      await broker.service.close();
      expect(await audit().counted()).toEqual([
        'reader deposit acme:42 forbidden 1',
        'reader events other: forbidden 1',
        'reader list acme: forbidden 1',
        'reader read other:1 forbidden 2',
        'reader reject acme:42 forbidden 1',
        'reader sign_out acme:42 forbidden 1',
        'reader state other:1 forbidden 1',
      ]);
    });

    it('of two replicas in one minute share a row', async () => {
      await broker.deposit('acme:42');
      const replicas = [broker.replica(), broker.replica()];
      const minutes = new Set<number>();
      for (const service of replicas) {
        minutes.add(Math.floor(Date.now() / 60_000));
        expect(await statusOf('GET', TOKEN, { service })).toBe(200);
        await service.close();
        minutes.add(Math.floor(Date.now() / 60_000));
      }
      const rows = (await audit().rows()).filter(({ operation }) => operation === 'read');
      expect(rows.reduce((sum, { calls }) => sum + calls, 0)).toBe(2);
      expect(rows.length).toBeLessThanOrEqual(minutes.size);
    });

    it('are served while the trail cannot be written, and are in it later', async () => {
      await broker.deposit('acme:42');
      await audit().hide();
      for (let count = 0; count < 3; count++) expect(await statusOf('GET', TOKEN)).toBe(200);
      await eventually(
        () => statusOf('GET', SESSION, { key: broker.reader }),
        () => broker.events.some(({ type }) => type === 'workFailed'), // it was tried
      );
      await audit().show();
      await broker.service.close();
      expect(await audit().counted()).toContain('all read acme:42 done 3');
      expect(broker.events.map(({ type }) => type)).not.toContain('auditDropped');
    });

    it('that cannot be written when the service ends are told of', async () => {
      await broker.deposit('acme:42');
      await audit().hide();
      for (let count = 0; count < 3; count++) expect(await statusOf('GET', TOKEN)).toBe(200);
      await broker.service.close();
      expect(broker.events.at(-1)).toMatchObject({ type: 'auditDropped', calls: 3 });
      await audit().show();
    });
  });

  describe('the trail', () => {
    it('holds no token and no API key, whatever was asked', async () => {
      await broker.deposit('acme:42');
      const token = await tokenOf();
      await reject(token);
      const asked = [...broker.canaries, broker.key, broker.reader];
      for (const secret of asked) {
        for (const to of [`/v1/sessions/${secret}`, `/v1/sessions/${secret}/token`])
          for (const method of ['GET', 'DELETE', 'POST', 'PUT'])
            await broker.call(method, to, {
              address: secret,
              body: method[0] === 'P' ? {} : undefined,
            });
        for (const to of ['sessions', 'events'])
          await (await broker.call('GET', `/v1/${to}?prefix=${secret}`)).body?.cancel();
        await statusOf('POST', '/v1/tokens', { body: { keys: [secret] } });
        await reject({ session: secret, generation: 0 });
        await statusOf('GET', TOKEN, { headers: { 'x-request-id': secret }, address: secret });
      }
      await broker.service.close();
      const cells = (await audit().cells()).map(String);
      expect(cells.length).toBeGreaterThan(100);
      const digits = [broker.key, broker.reader].map((key) => key.split('_')[2] as string);
      for (const secret of [...asked, ...digits, 'access-acme:42-0', 'canary-id-token'])
        expect(cells.filter((cell) => cell.includes(secret))).toEqual([]);
    });
  });
});

onDatabases((start) => {
  let broker: Broker;
  afterEach(() => broker.stop());

  describe('rows of the trail', () => {
    it('are deleted after as many days as `keepDays` says, however many they are, and no others', async () => {
      broker = await start({ audit: { keepDays: 30 } });
      const audit = auditOf(broker.tables);
      await broker.deposit('acme:42');
      await broker.deposit('acme:43');
      await audit.age('acme:42', 29.9);
      await audit.age('acme:43', 30.1);
      await audit.fill(1500, 31);
      broker.replica(); // it looks at its start, and then once an hour
      await eventually(audit.size, (size) => size === 1);
      expect(await audit.rows()).toMatchObject([{ key: 'acme:42' }]);
    });

    it('are of no read where `reads` is off, but of what was denied', async () => {
      broker = await start({ audit: { reads: false } });
      await broker.deposit('acme:42');
      expect((await broker.call('GET', TOKEN)).status).toBe(200);
      expect((await broker.call('GET', '/v1/sessions/other:1/token')).status).toBe(403);
      await broker.service.close();
      const audit = auditOf(broker.tables);
      expect(await audit.counted()).toEqual(['all read other:1 forbidden 1']);
      expect(await audit.rows()).toHaveLength(2);
    });
  });

  describe('the row of a rejection whose caller waits no longer', () => {
    it.each([
      ['done', async (ask: () => Promise<Response>) => ask()],
      ['ERR_REFRESH_UNAVAILABLE', async () => new Response(null, { status: 503 })],
    ])('says what has become of the session, once that is known: %s', async (outcome, answer) => {
      let [asked, answered] = [(): void => undefined, (): void => undefined];
      const isAsked = new Promise<void>((resolve) => (asked = resolve));
      const isAnswered = new Promise<void>((resolve) => (answered = resolve));
      broker = await start({
        provider: {
          async fetch(url, init) {
            asked();
            await isAnswered;
            return answer(() => fetch(url, init));
          },
        },
      });
      const audit = auditOf(broker.tables);
      const outcomes = async () =>
        (await audit.rows())
          .filter(({ operation }) => operation === 'reject')
          .map((row) => row.outcome);
      await broker.deposit('acme:42');
      const { session } = (await (await broker.call('GET', TOKEN)).json()) as { session: string };
      const headers = { prefer: 'wait=1' };
      const body = { rejected: { session, generation: 0 } };
      const asking = broker.call('POST', TOKEN, { headers, body });
      await isAsked;
      expect(await (await asking).json()).toMatchObject({ code: 'ERR_WAIT_LIMIT' });
      expect(await outcomes()).toEqual(['begun']);
      answered();
      await broker.service.close(); // it waits for what was sent
      expect(await outcomes()).toEqual([outcome]);
    });
  });

  describe('the queries of docs/service.md', () => {
    it('run, and find what they ask for', async () => {
      const docs = readFileSync(new URL('../../../docs/service.md', import.meta.url), 'utf8');
      const [section = ''] = /\n### The audit trail\n[\s\S]*?\n### /.exec(docs) ?? [];
      const queries = [...section.matchAll(/```sql\n([\s\S]*?)```/g)].map(([, text]) => text ?? '');
      broker = await start();
      const { query, names } = broker.tables;
      await broker.deposit('acme:42');
      const token = (await (await broker.call('GET', TOKEN)).json()) as { session: string };
      await broker.call('DELETE', SESSION, { key: broker.reader });
      await broker.service.close();
      await query(`update ${names.audit} set generation = 7 where operation = 'read'`);
      const found = [];
      for (const text of queries) {
        const asked = text
          .replaceAll('unexpired_sessions_audit', names.audit)
          .replace('its session', token.session)
          .replace('1796083200000', '0')
          .replace("'orders'", "'all'");
        found.push(await query(asked.replace(/;\s*$/, '')));
      }
      expect(found.map((rows) => rows.length)).toEqual([3, 2, 1, 1]);
      expect(found[2]).toMatchObject([{ principal: 'all', operation: 'read' }]);
      expect(found[3]).toMatchObject([{ principal: 'reader' }]);
    });
  });
});

onPostgres((pool) => {
  it('looks for rows that are too old in the index of their time, whose other end it does not see', async () => {
    const client = await pool().connect();
    await client.query(serviceSchema('planned'));
    await client.query('set enable_seqscan = off'); // a table without rows is read whole otherwise
    const drop = dropStatement({ names: namesOf('test', 'planned'), dialect: POSTGRES });
    const { rows } = await client.query(`explain ${drop}`, [1000, 10]);
    client.release(true);
    const plan = rows.map((row: Record<string, unknown>) => String(row['QUERY PLAN'])).join('\n');
    expect(plan).toMatch(/Index Scan using planned_audit_at .*\n *Index Cond: \(at </);
  });
});
