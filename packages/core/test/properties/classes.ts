import type { ScheduleClass } from './simulation/arbitraries.ts';

const PLACES = [
  { store: 'memory', lock: 'process' },
  { store: 'shared', lock: 'process' },
  { store: 'shared', lock: 'web' },
  { store: 'shared', lock: 'lease' },
] as const;

/** The classes of schedules: half of all schedules are free of faults. */
export const CLASSES: readonly ScheduleClass[] = [false, true].flatMap((faulty) =>
  PLACES.map((place) => ({ ...place, faulty, managers: [1, 3] as const })),
);

export const nameOf = ({ faulty, store, lock }: ScheduleClass): string =>
  `${faulty ? 'faulty' : 'fault-free'}, ${store} store, ${{ process: 'in-process lock', web: 'lock freed on death', lease: 'leased lock' }[lock]}`;
