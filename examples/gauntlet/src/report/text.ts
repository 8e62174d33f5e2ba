import { type Cell, find, type Row, verdictOf } from '../cells.ts';
import type { Scenario } from '../scenario.ts';
import { cellText, MARKS, rowName, ruleText } from '../words.ts';

/** The matrix for a terminal: a block for each scenario, and the marks of all below. */
export function textReport(
  rows: readonly Row[],
  scenarios: readonly Scenario[],
  cells: readonly Cell[],
): string {
  const width = Math.max(...rows.map((row) => rowName(row).length));
  const at = (row: Row, scenario: Scenario): Cell | undefined => find(cells, row, scenario);
  const blocks = scenarios.map((scenario) => {
    const lines = rows.flatMap((row) => {
      const cell = at(row, scenario);
      if (cell === undefined) return [];
      const mark = MARKS[verdictOf(cell)];
      return [`  ${mark} ${rowName(row).padEnd(width)}  ${cellText(cell)}`];
    });
    return [`${scenario.name}: passes with ${ruleText(scenario)}`, ...lines].join('\n');
  });
  const marks = rows.map((row) => {
    const found = scenarios.map((scenario) => {
      const cell = at(row, scenario);
      return (cell === undefined ? ' ' : MARKS[verdictOf(cell)]).padStart(3);
    });
    return `  ${rowName(row).padEnd(width)} ${found.join('')}`;
  });
  const heads = scenarios.map((_, index) => String(index + 1).padStart(3)).join('');
  const legend = scenarios.map(({ name }, index) => `${index + 1} ${name}`).join(', ');
  return `${[...blocks, [`  ${' '.repeat(width)} ${heads}`, ...marks, '', legend].join('\n')].join('\n\n')}\n`;
}
