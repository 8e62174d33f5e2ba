import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Tables } from '../src/data/tables.ts';
import type { Broker } from './support/broker.ts';
import { onDatabases } from './support/on-databases.ts';

onDatabases((start) => {
  let broker: Broker;
  let tables: Tables;
  beforeEach(async () => {
    broker = await start({ random: () => 0.5, provider: { refreshAhead: true } });
    tables = broker.tables;
  });
  afterEach(() => broker.stop());

  const rowOf = async (key: string) => {
    const [row] = await tables.query(`select * from ${tables.names.schedule} where key = $1`, [
      key,
    ]);
    if (row === undefined) return undefined;
    const { provider, session, state } = row;
    const [generation, issuedAt, changed] = [
      row['generation'],
      row['issued_at'],
      row['changed'],
    ].map(Number);
    const due = row['due_at'] === null ? undefined : Number(row['due_at']) - Number(issuedAt);
    const life =
      row['expires_at'] === null ? undefined : Number(row['expires_at']) - Number(issuedAt);
    return { provider, session, generation, state, due, life, changed };
  };
  const TOKEN = '/v1/sessions/acme:42/token';

  describe('the schedule', () => {
    it('has a row for a session from its deposit on, which every generation, end and sign-out moves, and nothing else', async () => {
      expect(await rowOf('acme:42')).toBeUndefined();
      await broker.deposit('acme:42');
      const first = await rowOf('acme:42');
      expect(first).toMatchObject({ provider: 'crm', generation: 0, state: 'active' });
      expect(first?.life).toBeCloseTo(3_600_000, -3);
      expect(first?.due).toBeCloseTo(0.7 * 3_600_000, -3);

      const token = (await (await broker.call('GET', TOKEN)).json()) as { session: string };
      expect(await rowOf('acme:42')).toEqual(first);
      const rejected = { session: token.session, generation: 0 };
      expect((await broker.call('POST', TOKEN, { body: { rejected } })).status).toBe(200);
      const second = await rowOf('acme:42');
      expect(second).toMatchObject({
        provider: 'crm',
        session: token.session,
        generation: 1,
        state: 'active',
      });
      expect(second?.changed).toBeGreaterThan(first?.changed ?? Infinity);

      expect((await broker.call('DELETE', '/v1/sessions/acme:42')).status).toBe(204);
      expect(await rowOf('acme:42')).toMatchObject({
        provider: 'crm',
        state: 'signed_out',
        due: undefined,
      });
    });

    it('says that a session has ended, and that it is not to be refreshed', async () => {
      await broker.deposit('acme:42', { expiresIn: 0.001 });
      await fetch(broker.provider.revocationEndpoint, {
        method: 'POST',
        body: new URLSearchParams({ token: broker.canaries[0] as string, client_id: 'cli' }),
      });
      expect((await broker.call('GET', TOKEN)).status).toBe(409);
      expect(await rowOf('acme:42')).toMatchObject({ state: 'ended', due: undefined });
    });

    it('holds no token', async () => {
      await broker.deposit('acme:42');
      const [row] = await tables.query(`select * from ${tables.names.schedule}`);
      const text = JSON.stringify(row);
      for (const canary of [...broker.canaries, 'access-acme:42-0'])
        expect(text).not.toContain(canary);
    });
  });

  describe('tables of a newer service', () => {
    it('are written by none that is too old for them, and it is not ready', async () => {
      await tables.query(`update ${tables.names.version} set version = 9, least = 9`);
      const old = broker.replica();
      const ready = await old.fetch(new Request('http://broker.test/readyz'));
      expect(ready.status).toBe(503);
      const answer = await broker.deposit('acme:42', { service: old });
      expect(answer.status).toBe(503);
      expect(await rowOf('acme:42')).toBeUndefined();
    });
  });
});
