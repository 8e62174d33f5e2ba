import type { Row } from './simulation/facts.ts';
import type { Setting } from './simulation/setting.ts';

/** Counts schedules by class, and how often each rule was put to the test. */
export interface Counts {
  add(settings: readonly Setting[], checked: ReadonlyMap<Row, number>): void;
  checked(row: Row): number;
  readonly total: number;
  readonly faultFree: number;
  table(): string;
}

export function createCounts(): Counts {
  const byClass = new Map<string, number>();
  const byRow = new Map<Row, number>();
  let total = 0;
  let faultFree = 0;
  const count = (key: string): void => void byClass.set(key, (byClass.get(key) ?? 0) + 1);
  return {
    add(settings, checked) {
      for (const { faulty, managers, store, lock, mode } of settings) {
        total++;
        if (!faulty) faultFree++;
        for (const key of [
          faulty ? 'faulty' : 'fault-free',
          `managers: ${managers}`,
          `store: ${store}`,
          `lock: ${lock}`,
          `server: ${mode}`,
        ])
          count(key);
      }
      for (const [row, times] of checked) byRow.set(row, (byRow.get(row) ?? 0) + times);
    },
    checked: (row) => byRow.get(row) ?? 0,
    get total() {
      return total;
    },
    get faultFree() {
      return faultFree;
    },
    table: () =>
      [
        `${total} schedules, ${faultFree} of them free of faults`,
        ...[...byClass]
          .sort(([a], [b]) => a.localeCompare(b))
          .map(([key, times]) => `  ${key.padEnd(24)}${String(times).padStart(8)}`),
        `put to the test: ${[...byRow].map(([row, times]) => `${row} ${times}`).join(', ')}`,
      ].join('\n'),
  };
}
