import type { ScheduleClass } from './simulation/arbitraries.ts';
import type { Focus } from './simulation/foci.ts';
import type { LockKind } from './simulation/setting.ts';

const PLACES = [
  { store: 'alone', lock: 'process' },
  { store: 'memory', lock: 'process' },
  { store: 'shared', lock: 'process' },
  { store: 'shared', lock: 'web' },
  { store: 'shared', lock: 'lease' },
  { store: 'shared', lock: 'none' },
  { store: 'shared', lock: 'mixed' },
  { store: 'shared', lock: 'hostile' },
] as const;

const FOCUSED: readonly (readonly [Focus, LockKind])[] = [
  ['leaseLost', 'lease'],
  ['outage', 'web'],
  ['outage', 'none'],
  ['away', 'web'],
  ['restore', 'web'],
  ['announce', 'web'],
  ['announce', 'none'],
  ['lateWrites', 'web'],
  ['subject', 'web'],
  ['stepUp', 'web'],
  ['clock', 'web'],
  ['ends', 'web'],
  ['trap', 'hostile'],
  ['shortLived', 'none'],
  ['answerLost', 'mixed'],
];

/** The classes of schedules: nearly half of all schedules are free of faults. */
export const CLASSES: readonly ScheduleClass[] = [
  ...[false, true].flatMap((faulty) =>
    PLACES.map((place) => ({
      ...place,
      faulty,
      managers: place.store === 'alone' ? ([1, 1] as const) : ([1, 3] as const),
    })),
  ),
  ...FOCUSED.map(
    ([only, lock]): ScheduleClass => ({
      store: 'shared',
      lock,
      faulty: only !== 'announce',
      only,
      managers: only === 'leaseLost' ? [2, 3] : [1, 3],
    }),
  ),
];

const LOCKS: Record<LockKind, string> = {
  process: 'in-process lock',
  web: 'lock freed on death',
  lease: 'leased lock',
  none: 'no lock',
  mixed: 'different locks',
  hostile: 'hostile lock',
};
const WHAT: Record<Focus, string> = {
  leaseLost: 'leases run out',
  outage: 'the store is down',
  away: 'the record is away',
  restore: 'the store is set back',
  announce: 'libraries announce tokens',
  lateWrites: 'writes land late',
  subject: 'the subject changes',
  stepUp: 'one route refuses',
  clock: 'clocks are wrong',
  ends: 'processes end',
  trap: 'errors that throw',
  shortLived: 'processes live for 5 s',
  answerLost: 'answers are lost',
};

export const nameOf = ({ faulty, store, lock, only }: ScheduleClass): string =>
  `${only !== undefined ? WHAT[only] : faulty ? 'faulty' : 'fault-free'}, ${store} store, ${LOCKS[lock]}`;
