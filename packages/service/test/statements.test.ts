import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { RefreshLock } from 'unexpired';
import { systemClock } from 'unexpired/adapter';
import type { Tables } from '../src/data/tables.ts';
import type { Service, ServiceDatabase } from '../src/index.ts';
import { auditOf } from './support/audit.ts';
import type { Broker, BrokerOptions } from './support/broker.ts';
import { onDatabases } from './support/on-databases.ts';

const TOKEN = '/v1/sessions/acme:42/token';
/** Ms for which oidc-provider gives an access token. */
const LIFETIME = 3_600_000;

onDatabases((start) => {
  let broker: Broker;
  /** What was asked of the database, by all replicas: of the row of a session, its lease, and rows of the audit trail by themselves. */
  let asked: string[] = [];
  /** Before the next write of a row. */
  let beforeWrite: (() => Promise<void>) | undefined;
  /** Of the next write of a row. */
  let isAnswerLost = false;
  let passed = 0;

  const watched = (opened: ServiceDatabase): ServiceDatabase => {
    const tables = opened.tables as Tables;
    return {
      ...opened,
      tables: {
        ...tables,
        query(text, values) {
          if (text.includes(tables.names.audit) && !text.startsWith('delete')) asked.push('audit');
          return tables.query(text, values);
        },
      } satisfies Tables,
      store(key) {
        // Without notices: whoever listens reads once it does, in its own time.
        const { subscribe: _, ...store } = opened.store(key);
        const lock: RefreshLock = {
          request(...request) {
            asked.push('lease');
            return (store.lock as RefreshLock).request(...request);
          },
        };
        return {
          ...store,
          lock,
          read() {
            asked.push('read');
            return store.read();
          },
          async write(record, expected) {
            const before = beforeWrite;
            beforeWrite = undefined;
            await before?.();
            asked.push('write');
            const version = await store.write(record, expected);
            if (!isAnswerLost) return version;
            isAnswerLost = false;
            throw new Error('the connection broke');
          },
        };
      },
    };
  };
  const begin = async (provider: BrokerOptions['provider'] = {}): Promise<void> => {
    const now = () => systemClock.now() + passed;
    const monotonic = () => systemClock.monotonic() + passed;
    const clock = { ...systemClock, now, monotonic };
    // Reads are not counted, so that what is written of them once a second is no statement of the test's.
    broker = await start({ watched, clock, provider, audit: { reads: false } });
    await broker.deposit('acme:42');
    await heardOf();
  };
  /** Resolves when nobody will be told of what was written until now, and look again for that. */
  const heardOf = async (): Promise<void> => {
    const { signal } = broker.tables;
    if (signal === undefined) return;
    let heard = 0;
    let stop = (): void => undefined;
    await new Promise<void>((resolve) => {
      stop = signal.hear(() => (++heard === 1 ? signal.send() : resolve())); // at first: it listens from now on
    });
    stop();
  };
  beforeEach(() => {
    [asked, beforeWrite, isAnswerLost, passed] = [[], undefined, false, 0];
  });
  afterEach(() => broker.stop());

  const bodyOf = async (answer: Response) => {
    expect(answer.status).toBe(200);
    return (await answer.json()) as { session: string; generation: number; access_token: string };
  };
  const read = async (service?: Service) =>
    bodyOf(await broker.call('GET', TOKEN, { service, headers: { 'cache-control': 'no-cache' } }));
  const reject = async (rejected: { session: string; generation: number }, service?: Service) => {
    const { session, generation } = rejected;
    const body = { rejected: { session, generation } };
    return bodyOf(await broker.call('POST', TOKEN, { service, body }));
  };

  describe('a refresh', () => {
    it('reads the row, writes its mark and the new tokens over it, and asks the database for nothing else', async () => {
      await begin();
      const first = await read();
      asked = [];
      expect((await reject(first)).generation).toBe(1);
      expect(asked).toEqual(['read', 'write', 'write']);
      passed += LIFETIME;
      await heardOf();
      asked = [];
      expect((await read()).generation).toBe(2);
      expect(asked).toEqual(['read', 'write', 'write']);
      expect(broker.provider).toMatchObject({ redemptions: 2, refusals: 0 });
    });

    it('leaves its token known: it is read without a question', async () => {
      await begin();
      await read();
      await read(); // what changes is followed by now
      const next = await reject(await read());
      asked = [];
      expect(await bodyOf(await broker.call('GET', TOKEN))).toEqual(next);
      expect(asked).toEqual([]);
    });

    it('takes a lease where a refresh token may come twice, and reads the row under it', async () => {
      await begin({ rotation: { grace: 10_000 } });
      const first = await read();
      asked = [];
      await reject(first);
      expect(asked).toEqual(['read', 'lease', 'read', 'write', 'write']);
    });

    it('whose mark was written, and nobody here knows, has a row of the audit trail that says how it ended', async () => {
      await begin();
      const { session } = await read();
      isAnswerLost = true;
      const body = { rejected: { session, generation: 0 } };
      expect((await broker.call('POST', TOKEN, { body })).status).toBe(503);
      await broker.service.close();
      const rows = (await auditOf(broker.tables).rows()).filter(
        ({ operation, requestId }) => operation === 'reject' && requestId !== null,
      );
      expect(rows.map(({ outcome }) => outcome)).toEqual(['ERR_REFRESH_UNAVAILABLE']);
    });

    it('takes over what another replica has brought between the read and the mark: the refresh token is redeemed once', async () => {
      await begin();
      const first = await read();
      const other = broker.replica();
      let theirs: Awaited<ReturnType<typeof reject>> | undefined;
      beforeWrite = async () => {
        theirs = await reject(first, other);
      };
      expect(await reject(first)).toEqual(await read());
      expect(theirs?.generation).toBe(1);
      expect(await read()).toEqual(theirs);
      expect(broker.provider).toMatchObject({ redemptions: 1, refusals: 0, revocations: 0 });
    });

    it('ends where somebody has signed out between the read and the mark: nothing is redeemed', async () => {
      await begin();
      const { session, generation } = await read();
      const other = broker.replica();
      beforeWrite = async () => {
        await broker.call('DELETE', '/v1/sessions/acme:42', { service: other });
      };
      const body = { rejected: { session, generation } };
      const answer = await broker.call('POST', TOKEN, { body });
      expect(answer.status).toBe(409);
      expect(broker.provider.redemptions).toBe(0);
    });
  });
});
