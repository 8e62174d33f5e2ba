import fc from 'fast-check';
import { TokenError, tokenErrorOf } from '../../../src/index.ts';
import { renewable } from '../../../src/renewable.ts';
import { settle, testClock } from '../../support/clock.ts';
import { seededRandom } from '../../support/random.ts';

/** Ms that a value is good for. */
const LIFETIME = 10_000;

/** What can happen from outside. */
export type RenewableAction =
  | { readonly do: 'get'; readonly leaves: boolean }
  | { readonly do: 'use'; readonly leaves: boolean }
  | { readonly do: 'leave'; readonly pick: number }
  | { readonly do: 'takeBack' }
  | { readonly do: 'failNext' }
  | { readonly do: 'disposeFails' }
  | { readonly do: 'wait'; readonly ms: number };

const one = <Action extends RenewableAction>(
  weight: number,
  action: { [Name in keyof Action]: fc.Arbitrary<Action[Name]> },
): { readonly weight: number; readonly arbitrary: fc.Arbitrary<RenewableAction> } => ({
  weight,
  arbitrary: fc.record(action) as fc.Arbitrary<RenewableAction>,
});

export const ACTIONS: fc.Arbitrary<RenewableAction> = fc.oneof(
  one(8, { do: fc.constant('use'), leaves: fc.boolean() }),
  one(2, { do: fc.constant('get'), leaves: fc.boolean() }),
  one(4, { do: fc.constant('wait'), ms: fc.constantFrom(300, 1200, 4000) }),
  one(2, { do: fc.constant('leave'), pick: fc.nat(9) }),
  one(4, { do: fc.constant('takeBack') }),
  one(2, { do: fc.constant('failNext') }),
  one(1, { do: fc.constant('disposeFails') }),
);

interface Value {
  readonly n: number;
  readonly expiresAt: number;
  users: number;
  disposals: number;
}

/** The task's own error, when its value has been taken back. */
class TakenBack extends Error {}

/** Plays a schedule; gives the rules that were broken, and how. `checked`: a rule was put to the test. */
export async function play(
  scheduler: fc.Scheduler,
  actions: readonly RenewableAction[],
  nextStep: () => number,
  checked: (rule: string) => void,
): Promise<Map<string, string>> {
  const clock = testClock();
  const broken = new Map<string, string>();
  const check = (rule: string, fine: boolean, what: string): void => {
    checked(rule);
    if (!fine && !broken.has(rule)) broken.set(rule, what);
  };
  const values: Value[] = [];
  const failures = new Map<string, TokenError>();
  const leavers: { readonly controller: AbortController; readonly reason: Error }[] = [];
  const calls: { settled: boolean }[] = [];
  let makes = 0;
  let making = 0;
  let failNext = false;
  let disposeFails = false;
  let dead = 0;

  const logins = renewable<Value>({
    clock,
    random: seededRandom(7),
    async acquire() {
      const failing = failNext;
      failNext = false;
      const make = ++makes;
      check('one', ++making === 1, `make ${make} began while another was under way`);
      await scheduler.schedule(Promise.resolve(), `make ${make}`);
      making--;
      if (failing) throw new Error(`make ${make} failed`);
      const expiresAt = clock.now() + LIFETIME;
      const value = { n: values.length + 1, expiresAt, users: 0, disposals: 0 };
      values.push(value);
      return { value, expiresAt };
    },
    isRejected: (error) => error instanceof TakenBack,
    dispose(value) {
      value.disposals++;
      check('disposed', value.users === 0, `value ${value.n} while ${value.users} tasks used it`);
      check('disposed', value.disposals === 1, `value ${value.n} ${value.disposals} times`);
      if (disposeFails) throw new Error('it cannot be disposed of');
      return scheduler.schedule(Promise.resolve(), `dispose ${value.n}`);
    },
  });

  const given = (value: Value): void =>
    check('fresh', clock.now() < value.expiresAt, `value ${value.n} had expired`);
  const task = async (value: Value): Promise<number> => {
    given(value);
    check('disposed', value.disposals === 0, `value ${value.n} was used after it`);
    value.users++;
    try {
      await scheduler.schedule(Promise.resolve(), `task on ${value.n}`);
      if (value.n <= dead) throw new TakenBack();
      return value.n;
    } finally {
      value.users--;
    }
  };
  const failed = (error: unknown, own: Error | undefined): void => {
    if (leavers.some(({ reason }) => reason === error))
      return check('leaving', error === own, 'somebody got the reason of another');
    const ours = tokenErrorOf(error);
    if (ours === undefined)
      return check('settled', error instanceof TakenBack, `an error of nobody: ${String(error)}`);
    // Behind what is said during the back-off stands what the making failed with.
    const first = ours.cause instanceof TokenError ? ours.cause : ours;
    const make = (first.cause as Error | undefined)?.message;
    if (make === undefined) return;
    const before = failures.get(make) ?? first;
    failures.set(make, before);
    check('same', before === first, `${make}, and two got different errors`);
  };
  const call = (kind: 'get' | 'use', leaves: boolean): void => {
    const reason = new Error(`left ${calls.length}`);
    const controller = new AbortController();
    if (leaves) leavers.push({ controller, reason });
    const { signal } = controller;
    const state = { settled: false };
    calls.push(state);
    const asked =
      kind === 'get' ? logins.get({ signal }).then(given) : logins.use(task, { signal });
    void asked
      .then(undefined, (error: unknown) => failed(error, leaves ? reason : undefined))
      .then(() => void (state.settled = true));
  };
  const act = async (action: RenewableAction): Promise<void> => {
    if (action.do === 'get' || action.do === 'use') call(action.do, action.leaves);
    else if (action.do === 'takeBack') dead = values.length;
    else if (action.do === 'failNext') failNext = true;
    else if (action.do === 'disposeFails') disposeFails = true;
    else if (action.do === 'wait') await clock.advance(action.ms);
    else if (action.do === 'leave') {
      const leaver = leavers[action.pick % Math.max(1, leavers.length)];
      leaver?.controller.abort(leaver.reason);
    }
  };

  for (const action of actions) {
    await act(action);
    for (let step = nextStep(); step > 0 && scheduler.count() > 0; step--) {
      await scheduler.waitOne();
      await settle();
    }
  }
  await finish(scheduler, clock, () => calls.every(({ settled }) => settled));
  check(
    'settled',
    calls.every(({ settled }) => settled),
    'somebody waits for ever',
  );
  let closed = false;
  void logins.close().then(() => void (closed = true));
  await finish(scheduler, clock, () => closed);
  check('settled', closed, 'close() waits for ever');
  for (const value of values)
    check(
      'disposed',
      value.disposals === 1,
      `value ${value.n} ${value.disposals} times in the end`,
    );
  return broken;
}

/** Lets everything end that has begun, time included. */
async function finish(
  scheduler: fc.Scheduler,
  clock: ReturnType<typeof testClock>,
  over: () => boolean,
): Promise<void> {
  for (let round = 0; round < 200 && !over(); round++) {
    await settle();
    if (scheduler.count() > 0) await scheduler.waitOne();
    else if (!over()) await clock.advance(500);
  }
}
