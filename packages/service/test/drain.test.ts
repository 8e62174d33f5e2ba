import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type ServiceDatabase, sqlite } from '../src/index.ts';
import { type Broker, startBroker } from './support/broker.ts';
import { readEvents } from './support/events.ts';
import { onDatabases } from './support/on-databases.ts';

onDatabases((start) => {
  let broker: Broker;
  let release: () => void;
  let dispatched: Promise<void>;
  beforeEach(async () => {
    let sent = (): void => undefined;
    dispatched = new Promise((resolve) => (sent = resolve));
    const released = new Promise<void>((resolve) => (release = resolve));
    broker = await start({
      provider: {
        async fetch(url, init) {
          sent();
          await released;
          return fetch(url, init);
        },
      },
    });
  });
  afterEach(() => broker.stop());
  const statusOf = async (method: string, to: string, body?: unknown): Promise<number> =>
    (await broker.call(method, to, { body })).status;

  describe('a service that is about to end', () => {
    it('is not ready, begins nothing, and goes on being read until those who wait have their token and it has been stored', async () => {
      await broker.deposit('acme:fresh');
      await broker.deposit('acme:due', { expiresIn: 0.001 });
      await broker.deposit('acme:other', { expiresIn: 0.001 });
      const waiting = broker.call('GET', '/v1/sessions/acme:due/token');
      await dispatched;
      let isClosed = false;
      const closing = broker.service.close().then(() => (isClosed = true));

      const ready = await broker.service.fetch(new Request('http://broker.test/readyz'));
      expect(ready.status).toBe(503);
      expect(await statusOf('GET', '/v1/sessions/acme:fresh/token')).toBe(200);
      expect(await statusOf('GET', '/v1/sessions/acme:fresh')).toBe(200);
      expect(await statusOf('POST', '/v1/tokens', { keys: ['acme:fresh'] })).toBe(200);
      expect(await statusOf('GET', '/v1/sessions/acme:other/token')).toBe(503);
      expect((await broker.deposit('acme:new')).status).toBe(503);
      expect(await statusOf('DELETE', '/v1/sessions/acme:fresh')).toBe(503);
      expect(isClosed).toBe(false);

      release();
      const answered = await waiting;
      expect([answered.status, await answered.json()]).toEqual([
        200,
        expect.objectContaining({ generation: 1 }),
      ]);
      await closing;
      expect(await statusOf('GET', '/v1/sessions/acme:fresh/token')).toBe(503);
      const next = broker.replica();
      const answer = await broker.call('GET', '/v1/sessions/acme:due/token', { service: next });
      expect(await answer.json()).toMatchObject({ generation: 1 });
      expect(broker.provider).toMatchObject({ redemptions: 1, refusals: 0 });
    });

    it('begins no deposit whose body comes after that', async () => {
      let body: ReadableStreamDefaultController<Uint8Array> | undefined;
      const init = {
        method: 'PUT',
        duplex: 'half',
        headers: { authorization: `Bearer ${broker.key}`, 'content-type': 'application/json' },
        body: new ReadableStream<Uint8Array>({ start: (made) => void (body = made) }),
      };
      const slow = broker.service.fetch(
        new Request('http://broker.test/v1/sessions/acme:slow', init),
      );
      const closing = broker.service.close();
      const deposit = {
        provider: 'crm',
        token_response: { access_token: 'a', refresh_token: 'r' },
      };
      body?.enqueue(new TextEncoder().encode(JSON.stringify(deposit)));
      body?.close();
      expect((await slow).status).toBe(503);
      await closing;
    });

    it('opens no stream any more, and ends one that was being opened', async () => {
      const opening = broker.call('GET', '/v1/events');
      const closing = broker.service.close();
      const reader = readEvents(await opening);
      expect(await reader.next()).toEqual({ event: 'end' });
      const late = await broker.call('GET', '/v1/events');
      expect([late.status, ((await late.json()) as { code: string }).code]).toEqual([
        503,
        'ERR_CLOSED',
      ]);
      await closing;
    });
  });
});

describe('the database of a service that ends', () => {
  /** The same database, which says in which order it was written, read and let go, and waits before it does the first two. */
  const held = (database: ServiceDatabase, order: string[]) => {
    let reached = (): void => undefined;
    let open = (): void => undefined;
    const asked = new Promise<void>((resolve) => (reached = resolve));
    const opened = new Promise<void>((resolve) => (open = resolve));
    const after = async <T>(what: string, run: () => Promise<T>): Promise<T> => {
      reached();
      await opened;
      const result = await run();
      order.push(what);
      return result;
    };
    const watched: ServiceDatabase = {
      ...database,
      store(key) {
        const store = database.store(key);
        return {
          ...store,
          read: () => (key === 'acme:read' ? after('read', () => store.read()) : store.read()),
          write: (record, expected) => after('written', () => store.write(record, expected)),
        };
      },
      async close() {
        order.push('closed');
        await database.close();
      },
    };
    return { database: watched, asked, open };
  };

  it.each<[string, (broker: Broker) => Promise<Response>, number, string[]]>([
    ['a deposit', (broker) => broker.deposit('acme:42'), 201, ['written', 'closed']],
    ['a read', (broker) => broker.call('GET', '/v1/sessions/acme:read'), 404, ['read', 'closed']],
  ])('is let go after %s that was on its way', async (_what, ask, status, expected) => {
    const order: string[] = [];
    const folder = mkdtempSync(path.join(tmpdir(), 'unexpired-drain-'));
    const { database, asked, open } = held(sqlite(path.join(folder, 'sessions.db')), order);
    const broker = await startBroker({ open: () => database });
    const answer = ask(broker);
    await asked;
    const closing = broker.service.close();
    setTimeout(open, 0); // the closing has begun, and would be over without it
    expect((await answer).status).toBe(status);
    await closing;
    expect(order).toEqual(expected);
    await broker.stop();
    rmSync(folder, { recursive: true });
  });
});
