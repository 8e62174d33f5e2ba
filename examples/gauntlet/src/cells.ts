import type { Contender } from '@unexpired/example-contenders/contender';
import type { CellResult } from './cell/job.ts';
import type { RetryPlace } from './cell/place.ts';
import type { Scenario } from './scenario.ts';

/** One contender, plain or with axios-retry. */
export interface Row {
  readonly contender: Contender;
  readonly retry?: RetryPlace | undefined;
}

/** What came out of one cell. `broken`: the rules that did not hold. */
export interface Cell {
  readonly contender: string;
  readonly retry?: RetryPlace | undefined;
  readonly scenario: string;
  readonly result: CellResult;
  readonly broken: readonly string[];
}

/** Without axios-retry, and on either side of it. */
export const RETRIES = ['none', 'inside', 'outside'] as const;

/** Those on axios once more for each place of axios-retry that is wanted. */
export function rowsOf(
  contenders: readonly Contender[],
  retries: readonly (typeof RETRIES)[number][] = RETRIES,
): Row[] {
  return contenders.flatMap((contender) =>
    retries.flatMap((retry): Row[] => {
      if (retry === 'none') return [{ contender }];
      return contender.on === 'axios' ? [{ contender, retry }] : [];
    }),
  );
}

export function cellOf({ contender, retry }: Row, scenario: Scenario, result: CellResult): Cell {
  const broken =
    result.kind === 'played'
      ? scenario.rules.filter(({ holds }) => !holds(result.observed)).map(({ says }) => says)
      : [];
  return {
    contender: contender.id,
    ...(retry === undefined ? {} : { retry }),
    scenario: scenario.id,
    result,
    broken,
  };
}

export type Verdict = 'passed' | 'broken' | 'without';

export function verdictOf({ result, broken }: Cell): Verdict {
  if (result.kind === 'without') return 'without';
  return broken.length === 0 ? 'passed' : 'broken';
}

export function find(
  cells: readonly Cell[],
  row: Row,
  scenario: Pick<Scenario, 'id'>,
): Cell | undefined {
  return cells.find(
    (cell) =>
      cell.scenario === scenario.id &&
      cell.contender === row.contender.id &&
      cell.retry === row.retry,
  );
}
