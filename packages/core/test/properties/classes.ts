import type { ScheduleClass } from './simulation/arbitraries.ts';

const PLACES = [
  { store: 'alone', lock: 'process' },
  { store: 'memory', lock: 'process' },
  { store: 'shared', lock: 'process' },
  { store: 'shared', lock: 'web' },
  { store: 'shared', lock: 'lease' },
  { store: 'shared', lock: 'none' },
] as const;

/** The classes of schedules: nearly half of all schedules are free of faults. */
export const CLASSES: readonly ScheduleClass[] = [
  ...[false, true].flatMap((faulty) =>
    PLACES.map((place) => ({
      ...place,
      faulty,
      managers: place.store === 'alone' ? ([1, 1] as const) : ([1, 3] as const),
    })),
  ),
  { store: 'shared', lock: 'lease', faulty: true, only: 'leaseLost', managers: [2, 3] },
];

export const nameOf = ({ faulty, store, lock, only }: ScheduleClass): string =>
  `${only === 'leaseLost' ? 'leases run out' : faulty ? 'faulty' : 'fault-free'}, ${store} store, ${{ process: 'in-process lock', web: 'lock freed on death', lease: 'leased lock', none: 'no lock' }[lock]}`;
