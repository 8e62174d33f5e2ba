import fc from 'fast-check';
import type { Action } from './actions.ts';
import { FAULTS, type Fault } from './faults.ts';
import { FOCI, type Focus } from './foci.ts';
import type { Schedule } from './play.ts';
import type { LockKind, Setting, StoreKind } from './setting.ts';

/** What the schedules of one class have in common. */
export interface ScheduleClass {
  readonly faulty: boolean;
  readonly store: StoreKind;
  readonly lock: LockKind;
  readonly managers: readonly [min: number, max: number];
  /** The one kind of fault that strikes, and strikes often; default: all of them do. */
  readonly only?: Focus;
}

const by = fc.nat(2);
const pick = fc.nat(7);

const ordinary: readonly (fc.WeightedArbitrary<Action> & { readonly kind: Action['do'] })[] = [
  {
    kind: 'get',
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('get'),
      by,
      validFor: fc.constantFrom(0, 0, 0, 20_000, 400_000),
    }),
  },
  {
    kind: 'request',
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('request'),
      by,
      hostile: fc.constantFrom(false, false, false, true),
      body: fc.constantFrom('text', 'text', 'text', 'stream'),
      foreign: fc.constantFrom(false, false, false, false, false, true),
    }),
  },
  { kind: 'everybody', weight: 4, arbitrary: fc.record({ do: fc.constant('everybody') }) },
  { kind: 'renew', weight: 3, arbitrary: fc.record({ do: fc.constant('renew'), by }) },
  {
    kind: 'refuse',
    weight: 5,
    arbitrary: fc.record({ do: fc.constant('refuse'), by, pick: fc.nat(3) }),
  },
  {
    kind: 'insist',
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('insist'),
      by,
      times: fc.constantFrom(3, 7),
      every: fc.constantFrom(200, 1200, 3500),
    }),
  },
  { kind: 'abort', weight: 2, arbitrary: fc.record({ do: fc.constant('abort'), pick }) },
  { kind: 'signIn', weight: 1, arbitrary: fc.record({ do: fc.constant('signIn'), by }) },
  { kind: 'signOut', weight: 1, arbitrary: fc.record({ do: fc.constant('signOut'), by }) },
  { kind: 'reopen', weight: 1, arbitrary: fc.record({ do: fc.constant('reopen'), by }) },
  { kind: 'step', weight: 24, arbitrary: fc.record({ do: fc.constant('step'), pick }) },
  {
    kind: 'run',
    weight: 5,
    arbitrary: fc.record({ do: fc.constant('run'), steps: fc.constantFrom(2, 6, 30) }),
  },
  {
    kind: 'advance',
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('advance'),
      ms: fc.constantFrom(100, 1000, 4000, 12_000, 31_000, 70_000, 590_000),
    }),
  },
  {
    kind: 'jump',
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('jump'),
      by,
      ms: fc.constantFrom(-3_600_000, -20_000, 20_000, 3_600_000),
    }),
  },
  { kind: 'notify', weight: 1, arbitrary: fc.record({ do: fc.constant('notify'), by }) },
];

/** Where nobody says whose tokens they are, another subject's are not promised to be found out. A refusal for good is where writes land late. */
const faults = [...new Set(Object.values(FAULTS).flat())].filter(
  (fault): fault is Fault => fault !== 'otherSubject' && fault !== 'writeRefused',
);

const disasters: readonly fc.WeightedArbitrary<Action>[] = [
  {
    weight: 9,
    arbitrary: fc.record({ do: fc.constant('strike'), pick, fault: fc.constantFrom(...faults) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('strike'),
      pick,
      fault: fc.constantFrom('hang', 'storeFails', 'answerLost'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('crash'), by, arrives: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('loseLease') }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('storeBack'), pick }) },
];

const actionsOf = ({ faulty, only }: ScheduleClass): readonly fc.WeightedArbitrary<Action>[] => {
  if (only === undefined) return [...ordinary, ...(faulty ? disasters : [])];
  const { actions, without = [] } = FOCI[only];
  return [...ordinary.filter(({ kind }) => !without.includes(kind)), ...actions];
};

const setting = ({
  faulty,
  store,
  lock,
  managers: [min, max],
  only,
}: ScheduleClass): fc.Arbitrary<Setting> =>
  fc.record<Setting>({
    faulty: fc.constant(faulty),
    managers: fc.integer({ min, max }),
    store: fc.constant(store),
    lock: fc.constant(lock),
    mode: fc.constantFrom('revokes', 'rejects', 'grace', 'neverRotates'),
    lifetime: fc.constantFrom(600, 3600, 600, 60, 20),
    killsOld: fc.boolean(),
    skewWindow: fc.constantFrom(30_000, 0),
    backgroundWindow: fc.constantFrom(0, 0, 300_000),
    waitTimeout: fc.constantFrom(30_000, 5000, 120_000),
    maxWaiting: fc.constantFrom(1000, 3),
    listens: fc.boolean(),
    acquires: fc.boolean(),
    absolute: fc.constant(false),
    subjects: fc.constant(false),
    start: fc.constantFrom('expired', 'record', 'bare', 'nothing'),
    seed: fc.nat(2 ** 31),
    ...(only && FOCI[only].setting),
  });

/** Schedules of one class, of up to `length` actions. */
export const schedules = (of: ScheduleClass, length = 60): fc.Arbitrary<Schedule> =>
  fc.record({
    setting: setting(of),
    actions: fc.array(fc.oneof(...actionsOf(of)), { maxLength: length, size: 'max' }),
  });
