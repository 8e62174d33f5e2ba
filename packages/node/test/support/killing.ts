import { afterEach, expect, it } from '@jest/globals';
import { refreshTokenGrant } from '@unexpired/oauth';
import {
  createTokenManager,
  type SessionRecord,
  type TokenManager,
  type TokenStore,
} from 'unexpired';
import { hurriedClock } from '../../../redis/test/support/hurried-clock.ts';
import { COSTS, type Order, type Setup, type Step } from './orders.ts';
import type { Program } from './program.ts';
import { CLIENT_ID, startStrictProvider, type StrictProvider } from './provider.ts';
import { recordOf } from './records.ts';

const HOUR = 3_600_000;

/** Where a session is kept whose lock is a lease: a short one. */
export interface KillPlace {
  /** Starts a process that works on it. */
  start(setup: Setup): Program;
  /** The same store for this process. */
  open(): TokenStore;
}

/** States what it costs when a process is killed at each step of a flight, on a store whose lock is a lease. */
export function killedInTheMiddle(newPlace: () => KillPlace | Promise<KillPlace>): void {
  let provider: StrictProvider | undefined;
  let place: KillPlace;
  const managers = new Set<TokenManager>();
  const running = new Set<Program>();
  afterEach(async () => {
    await Promise.all([...running].map((program) => program.kill()));
    await Promise.all([...managers].map((manager) => manager.close()));
    running.clear();
    managers.clear();
    await provider?.stop();
  });

  /** A session that has expired, and a process that died at that step when it was asked for a token. */
  const killedAt = async (step: Step, rotate = true): Promise<StrictProvider> => {
    const started = (provider = await startStrictProvider({ rotate }));
    place = await newPlace();
    const tokens = { refreshToken: await started.newRefreshToken(), expiresAt: 0 };
    await place.open().write({ ...recordOf(1, tokens), issuedAt: Date.now() - HOUR }, undefined);
    const { tokenEndpoint, revocationEndpoint } = started;
    const victim = place.start({
      tokenEndpoint,
      revocationEndpoint,
      clientId: CLIENT_ID,
      catch: { step, how: 'SIGKILL' },
    });
    running.add(victim);
    await victim.next('ready');
    victim.tell({ kind: 'ask', advance: 0, requests: 1 } satisfies Order);
    expect((await victim.ended).signal).toBe('SIGKILL');
    running.delete(victim);
    return started;
  };
  /** This process as one of the others; what it waits for comes sooner. */
  const here = (): TokenManager => {
    const manager = createTokenManager({
      store: place.open(),
      refresh: refreshTokenGrant({
        tokenEndpoint: String(provider?.tokenEndpoint),
        clientId: CLIENT_ID,
      }),
      clock: hurriedClock,
      rotation: { grace: 10_000 }, // how long an intent is waited for is not the question here
      waitTimeout: 1000 * HOUR,
    });
    managers.add(manager);
    return manager;
  };
  const stored = async (): Promise<SessionRecord> =>
    (await place.open().read())?.value as SessionRecord;

  it.each(COSTS.nothing)(
    'costs nothing at %s, once its lease has run out and its intent has had its time',
    async (step) => {
      const server = await killedAt(step);
      expect(await server.isLiveAccess(String((await here().getToken())?.accessToken))).toBe(true);
      expect(server).toMatchObject({ redemptions: 1, refusals: 0, revocations: 0 });
      expect(await stored()).toMatchObject({ gen: 2 });
    },
    60_000,
  );

  it.each(COSTS['the answer'])(
    'ends the session at %s where the server revokes it, with an error that says why',
    async (step) => {
      const server = await killedAt(step);
      await expect(here().getToken()).rejects.toMatchObject({
        code: 'ERR_SESSION_ENDED',
        message: expect.stringContaining('was probably lost'),
      });
      expect(server).toMatchObject({ redemptions: 1, refusals: 1, revocations: 1 });
      expect(await stored()).toMatchObject({ gen: 1, dead: { gen: 1 } });
    },
    60_000,
  );

  it.each(COSTS['the answer'])(
    'costs nothing at %s where the server does not rotate',
    async (step) => {
      const server = await killedAt(step, false);
      expect(await server.isLiveAccess(String((await here().getToken())?.accessToken))).toBe(true);
      expect(await stored()).toMatchObject({ gen: 2 });
    },
    60_000,
  );
}
