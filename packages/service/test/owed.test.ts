import { once } from 'node:events';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { TokenError } from 'unexpired';
import { systemClock } from 'unexpired/adapter';
import type { Tables } from '../src/data/tables.ts';
import type { ServiceDatabase } from '../src/index.ts';
import { type Broker, startBroker } from './support/broker.ts';

jest.setTimeout(60_000); // it waits for tries that are seconds apart

const GONE = new TokenError('ERR_REFRESH_UNAVAILABLE', { message: 'gone' });

describe('a token that was refreshed ahead of demand, and that the database could not take', () => {
  let broker: Broker;
  let isGone = false;
  afterEach(async () => {
    isGone = false;
    await broker.stop();
  });

  it('is kept and stored when the database is back, also where that takes longer than a manager that is dropped would try', async () => {
    let passed = 0;
    let failures = 0;
    const storing = new EventTarget();
    const stored = once(storing, 'stored').then(() => 'stored');
    let tried: () => void = () => undefined;
    const asking = async <T>(ask: () => Promise<T>): Promise<T> => {
      if (!isGone) return ask();
      throw GONE;
    };
    const watched = (opened: ServiceDatabase): ServiceDatabase => {
      const tables = opened.tables as Tables;
      return {
        ...opened,
        tables: {
          ...tables,
          query: (...query) => asking(() => tables.query(...query)),
        } satisfies Tables,
        store(key) {
          const store = opened.store(key);
          return {
            ...store,
            read() {
              if (isGone) {
                failures++;
                passed += 6000; // a manager that is closed tries for 10 s
                tried();
              }
              return asking(() => store.read());
            },
            async write(record, expected) {
              const version = await asking(() => store.write(record, expected));
              if (version !== undefined && record.gen === 1)
                storing.dispatchEvent(new Event('stored'));
              return version;
            },
          };
        },
      };
    };
    broker = await startBroker({
      watched,
      clock: {
        ...systemClock,
        now: () => systemClock.now() + passed,
        monotonic: () => systemClock.monotonic() + passed,
      },
      provider: {
        refreshAhead: true,
        async fetch(url, init) {
          const answer = await fetch(url, init);
          isGone = true;
          return answer;
        },
      },
    });
    const warned = (code: string): Promise<void> =>
      new Promise((resolve) => {
        broker.service.subscribe((event) => {
          if (event.type === 'warning' && event.code === code) resolve();
        });
      });
    const [owing, lost] = [warned('NOT_DURABLE'), warned('LOST').then(() => 'lost')];
    await broker.deposit('acme:42', { expiresIn: 100 });
    passed = 85_000;
    await owing;
    const enough = failures + 3;
    const stillTries = new Promise<string>((resolve) => {
      tried = () => failures >= enough && resolve('kept');
    });
    expect(await Promise.race([stillTries, lost])).toBe('kept');
    isGone = false;
    expect(await Promise.race([stored, lost])).toBe('stored');
    expect(broker.provider).toMatchObject({ redemptions: 1, refusals: 0 });
  });
});
