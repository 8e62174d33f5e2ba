import { type ManualClock, manualClock } from '@unexpired/testing';
import { TokenError } from 'unexpired';
import { retryDelay } from '../../../core/src/refresh/retry.ts';
import { seededRandom } from '../../../core/test/support/random.ts';
import { dueAt } from '../../src/ahead/due.ts';
import type { Outcome } from '../../src/ahead/outcome.ts';
import { createWorker } from '../../src/ahead/worker.ts';
import { LOOK_EVERY } from '../../src/background.ts';
import type { Claim } from '../../src/data/claims.ts';
import { databaseTime } from '../../src/data/database-time.ts';
import type { BreakerEvent } from '../../src/pace/breaker.ts';
import { createGate, type Gate } from '../../src/pace/gate.ts';
import type { StateRows } from '../../src/pace/state-rows.ts';
import { FRESH, type ProviderState } from '../../src/pace/state.ts';
import { providersOf } from '../../src/providers.ts';
import { callsIn } from './calls.ts';
import { createSchedule, type Schedule } from './schedule.ts';
import { LATENCY, LIFETIME, type Plan, type Result } from './plan.ts';

/** Ms that it runs before the outage: the sessions begin as they are after many lifetimes. */
const BEFORE = 120_000;
/** Ms. */
const STEP = 1000;
const LAG = 5000;

/**
 * The same, answered by 503, with a model of what one refresh is: a call, and another one as the flight would try again. What is due, who claims how
 * many, the budget, the breaker and what is left alone are the service's own functions. Nobody reads.
 */
export async function model(
  plan: Omit<Plan, 'reads' | 'down'>,
  progress: (line: string) => void = () => undefined,
): Promise<Result> {
  const clock = manualClock({ now: 0 });
  const random = seededRandom(plan.seed);
  const schedule = createSchedule(clock);
  for (let index = 0; index < plan.sessions; index++) schedule.add(begun(random));
  const calls: number[] = [];
  const late = new Set<string>();
  let isDown = false;

  const call = async (key: string): Promise<void> => {
    calls.push(clock.monotonic());
    await pause(clock, LATENCY);
    if (isDown) throw new TokenError('ERR_REFRESH_UNAVAILABLE', { delivery: 'unanswered' });
    if (schedule.of(key).expiresAt <= clock.now()) late.add(key);
    schedule.renew(key, lived(clock.now(), random()));
  };
  const flight = async (gate: Gate, { key }: Claim): Promise<Outcome> => {
    for (let attempt = 1; ; attempt++) {
      const error = await gate
        .run('crm', () => call(key))
        .then(
          () => undefined,
          (thrown: TokenError) => thrown,
        );
      if (error === undefined) return { type: 'moved' };
      const delay = retryDelay(error, attempt, random());
      if (delay === undefined)
        return { type: 'failed', code: error.code, retryAfter: error.retryAfter };
      await pause(clock, delay);
    }
  };
  const { events, stop } = startReplicas({ plan, clock, random, schedule, flight });

  const outageEnd = BEFORE + plan.outage;
  let caughtUp: number | undefined;
  for (let now = 0; now < outageEnd + plan.after; now = clock.monotonic()) {
    if (now === BEFORE) isDown = true;
    if (now === outageEnd) isDown = false;
    if (now % 300_000 === 0)
      progress(`minute ${now / 60_000}: ${calls.length} calls, ${late.size} late`);
    await clock.advance(STEP);
    const longest = clock.now() - schedule.leastDue();
    if (now >= outageEnd && caughtUp === undefined && longest <= LAG)
      caughtUp = clock.monotonic() - outageEnd;
  }
  const expired = new Set([...late, ...schedule.expired()]).size;
  const stopped = stop();
  await clock.advance(60_000);
  await stopped;
  const opened = events.find(({ type }) => type === 'breakerOpened')?.at ?? Infinity;
  return {
    expired,
    caughtUp: caughtUp ?? Infinity,
    ...callsIn(calls, { from: BEFORE, until: outageEnd, opened }),
  };
}

const pause = (clock: ManualClock, ms: number): Promise<void> =>
  new Promise((resolve) => clock.setTimeout(resolve, ms));

const lived = (issuedAt: number, random: number) => ({
  expiresAt: issuedAt + LIFETIME,
  dueAt: dueAt({ issuedAt, expiresAt: issuedAt + LIFETIME }, random),
});

/** A session at a moment that has nothing to do with it: who is due late is met more often, and at any age. */
function begun(random: () => number): ReturnType<typeof lived> {
  for (;;) {
    const life = lived(0, random());
    const age = random() * LIFETIME;
    if (age < life.dueAt) return { expiresAt: life.expiresAt - age, dueAt: life.dueAt - age };
  }
}

function startReplicas(parts: {
  readonly plan: Pick<Plan, 'replicas'>;
  readonly clock: ManualClock;
  readonly random: () => number;
  readonly schedule: Schedule;
  readonly flight: (gate: Gate, claim: Claim) => Promise<Outcome>;
}): { readonly events: readonly BreakerEvent[]; stop(): Promise<void> } {
  const { plan, clock, random, schedule, flight } = parts;
  const events: BreakerEvent[] = [];
  const ids = Array.from({ length: plan.replicas }, (_, index) => String(index).padStart(4, '0'));
  const crm = { tokenEndpoint: 'https://id.example.com/token', clientId: 'broker' };
  const { limits } = providersOf({ crm }).get('crm') ?? {};
  if (limits === undefined) throw new Error('no limits');
  const rows = rowsOn(clock);
  const failed = (error: unknown): void => {
    throw error;
  };
  const workers = ids.map((id) => {
    const emit = (event: BreakerEvent): void => void events.push(event);
    const time = databaseTime(clock, async () => clock.now());
    const gate = createGate({
      ...{ id, time, rows, clock, random, emit, replicas: () => ids },
      limits: new Map([['crm', limits]]),
    });
    const look = (): void => {
      void gate.look().then(() => clock.setTimeout(look, LOOK_EVERY, true));
    };
    clock.setTimeout(look, random() * LOOK_EVERY, true);
    const worker = createWorker({
      ...{ clock, random, failed, providers: ['crm'], claims: schedule },
      ...{ free: gate.free, turn: gate.turn },
      isDown: (provider) => gate.standing(provider).breaker === 'open',
      attempt: (claim) => flight(gate, claim),
    });
    worker.start();
    return worker;
  });
  return { events, stop: async () => void (await Promise.all(workers.map((one) => one.stop()))) };
}

/** The row of the provider, in memory. */
function rowsOn(clock: ManualClock): StateRows {
  const states = new Map<string, ProviderState>();
  return {
    readAll: async () => ({ now: clock.now(), states }),
    async change(provider, decide) {
      const { state, result } = decide(states.get(provider) ?? FRESH, clock.now());
      states.set(provider, state);
      return { state, now: clock.now(), result };
    },
  };
}
