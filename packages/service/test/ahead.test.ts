import { afterEach, describe, expect, it } from '@jest/globals';
import type { SessionRecord } from 'unexpired';
import { systemClock } from 'unexpired/adapter';
import type { ServiceEvent } from '../src/index.ts';
import type { Broker, BrokerOptions } from './support/broker.ts';
import { onDatabases } from './support/on-databases.ts';

/** Ms for which oidc-provider gives an access token. */
const LIFETIME = 3_600_000;
const AHEAD = { refreshAhead: true };

/** Resolves with the first event that fits. */
const eventOf = (broker: Broker, fits: (event: ServiceEvent) => boolean): Promise<ServiceEvent> =>
  new Promise((resolve) => {
    const stop = broker.service.subscribe((event) => {
      if (!fits(event)) return;
      stop();
      resolve(event);
    });
  });
const isEnd = (event: ServiceEvent): boolean => event.type === 'refreshEnded';

onDatabases((start) => {
  let broker: Broker;
  afterEach(() => broker.stop());

  describe('refreshing ahead of demand', () => {
    it('renews a token at a part of its lifetime, without a request, and leaves no manager behind', async () => {
      const time = movable();
      const { clock, pass } = time;
      broker = await start({ clock, provider: AHEAD });
      await broker.deposit('acme:42');
      pass(LIFETIME * 0.81);
      await eventOf(broker, isEnd);
      await schedule(broker, time, 'generation = 1');
      expect(broker.provider).toMatchObject({ redemptions: 1, refusals: 0 });
      const answer = await broker.call('GET', '/v1/sessions/acme:42/token');
      expect(await answer.json()).toMatchObject({ generation: 1 });
      expect(broker.provider.redemptions).toBe(1);
    });

    it('is not done before its time, nor where the provider says no', async () => {
      for (const [provider, part] of [
        [AHEAD, 0.59],
        [{ refreshAhead: false }, 0.9],
      ] as const) {
        const { clock, pass, looks } = movable();
        broker = await start({ clock, provider });
        await broker.deposit('acme:42');
        pass(LIFETIME * part);
        await looks(4);
        expect(broker.provider.redemptions).toBe(0);
        await broker.stop();
      }
      broker = await start();
    });

    it('renews each of 60 sessions once, of two replicas before a server that ends a session at the second time', async () => {
      const time = movable();
      const { clock, pass } = time;
      broker = await start({ clock, provider: AHEAD });
      broker.replica();
      const keys = Array.from({ length: 60 }, (_, index) => `acme:${index}`);
      await Promise.all(keys.map((key) => broker.deposit(key)));
      pass(LIFETIME * 0.81);
      await schedule(broker, time, 'generation = 1', keys.length);
      expect(broker.provider).toMatchObject({ redemptions: 60, refusals: 0, revocations: 0 });
    });

    it('leaves a session alone for a while after a failure, with its token in use', async () => {
      const time = movable();
      const { clock, pass } = time;
      broker = await start({ clock, provider: AHEAD, random: () => 0 });
      await broker.deposit('acme:42');
      await broker.stopProvider();
      pass(LIFETIME * 0.81);
      await eventOf(broker, isEnd);
      await schedule(broker, time, 'failures = 1 and claimed_until = 0');
      const [row] = await broker.tables.query(
        `select not_before from ${broker.tables.names.schedule}`,
      );
      expect(Number(row?.['not_before'])).toBeGreaterThan(clock.now() + 20_000);
      expect((await broker.call('GET', '/v1/sessions/acme:42/token')).status).toBe(200);
    });

    it('frees its slot where a redemption was announced that nobody ends, and renews that session once its intent has aged', async () => {
      const time = movable();
      const { clock, pass, looks } = time;
      broker = await start({ clock, provider: { ...AHEAD, maxInFlight: 1 } });
      await broker.deposit('acme:killed');
      await announce(broker, 'acme:killed');
      pass(1000); // earlier than the other one, and so the first to be claimed
      await broker.deposit('acme:42');
      pass(LIFETIME * 0.81);
      await schedule(broker, time, "key = 'acme:42' and generation = 1");
      await schedule(broker, time, "key = 'acme:killed' and generation = 0");
      for (let renewed = false; !renewed; await looks(2)) {
        pass(2000);
        const row = await rowOf(broker, 'acme:killed');
        renewed = Number(row?.['generation']) === 1;
      }
      expect(broker.provider).toMatchObject({ redemptions: 2, refusals: 0 });
    });
  });

  describe('a provider that does not work', () => {
    it('is left alone by all replicas after a few failures, but for probes, and everything is renewed once it works', async () => {
      const time = movable();
      let works = false;
      let calls = 0;
      broker = await start({
        clock: time.clock,
        provider: {
          ...AHEAD,
          maxInFlight: 4,
          fetch: async (url, init) => {
            calls++;
            return works ? fetch(url, init) : new Response('{}', { status: 500 });
          },
        },
      });
      broker.replica();
      const keys = Array.from({ length: 20 }, (_, index) => `acme:${index}`);
      await Promise.all(keys.map((key) => broker.deposit(key)));
      time.pass(LIFETIME * 0.81);
      while (!broker.events.some(({ type }) => type === 'breakerOpened')) await time.looks(1);
      await time.looks(100);
      const [status] = (await broker.service.status()).providers;
      expect(status).toMatchObject({ name: 'crm', breaker: 'open', inFlight: 0, due: 20 });
      expect(status?.sessions).toEqual({ active: 20, ended: 0, signed_out: 0 });
      expect(status?.lag).toBeGreaterThan(0);
      const seen = calls;
      expect(seen).toBeLessThanOrEqual(20); // 5 failures of each replica, what was in flight, and its retries
      await time.looks(100);
      expect(calls).toBe(seen); // the next probe is 5 s away at the least

      works = true;
      for (let closed = false; !closed; await time.looks(1)) {
        await probeNow(broker);
        time.pass(60_000); // what was left alone after its failure
        const [row] = await broker.tables.query(
          `select state from ${broker.tables.names.provider}`,
        );
        closed = !String(row?.['state']).includes('"open"');
      }
      await recoverNow(broker);
      time.pass(900_000);
      await schedule(broker, time, 'generation = 1', keys.length);
      expect(broker.provider).toMatchObject({ redemptions: 20, refusals: 0 });
    });
  });
});

const rowOf = async ({ tables }: Broker, key: string) =>
  (await tables.query(`select * from ${tables.names.schedule} where key = $1`, [key]))[0];

/** A replica was killed just before it sent the refresh token. */
async function announce(broker: Broker, key: string): Promise<void> {
  const store = broker.storeOf(key);
  const stored = await store.read();
  const record = stored?.value as SessionRecord;
  const intent = { gen: record.gen, owner: 'killed', startedAt: 0, attempt: 1 };
  await store.write({ ...record, intent }, stored?.version);
}

/** As if the pause until the next probe were over. */
const probeNow = (broker: Broker): Promise<void> =>
  edit(broker, /"probeAt":\d+(?:\.\d+)?/, '"probeAt":0');
/** As if it had worked for long. */
const recoverNow = (broker: Broker): Promise<void> =>
  edit(broker, /"recoveredAt":\d+(?:\.\d+)?/, '"recoveredAt":0');

async function edit({ tables }: Broker, what: RegExp, by: string): Promise<void> {
  const [row] = await tables.query(`select state, version from ${tables.names.provider}`);
  await tables.query(
    `update ${tables.names.provider} set state = $1, version = version + 1 where version = $2`,
    [String(row?.['state']).replace(what, by), Number(row?.['version'])],
  );
}

/** A clock of the replicas that can be put forward, and that tells of timers. */
function movable() {
  let passed = 0;
  let timers = 0;
  const waiting = new Set<() => void>();
  return {
    pass: (ms: number): void => void (passed += ms),
    /** Resolves when so many timers have run from now on. */
    looks: (count: number): Promise<void> =>
      new Promise((resolve) => {
        const until = timers + count;
        const own = (): void => {
          if (timers >= until && waiting.delete(own)) resolve();
        };
        waiting.add(own);
      }),
    clock: {
      now: () => systemClock.now() + passed,
      monotonic: () => systemClock.monotonic() + passed,
      setTimeout: (task: () => void, delay: number, background?: boolean) =>
        systemClock.setTimeout(
          () => {
            task();
            timers++;
            for (const each of [...waiting]) each();
          },
          delay < 2100 ? Math.min(delay, 20) : delay, // what is done every second is done at once here
          background,
        ),
    },
  } satisfies { clock: BrokerOptions['clock'] } & Record<string, unknown>;
}

/** Resolves when so many rows of the schedule are as they should be. */
async function schedule(
  { tables }: Broker,
  { looks }: ReturnType<typeof movable>,
  condition: string,
  count = 1,
): Promise<void> {
  for (; ; await looks(1)) {
    const [row] = await tables.query(
      `select count(*) as found from ${tables.names.schedule} where ${condition}`,
    );
    if (Number(row?.['found']) === count) return;
  }
}
