/** What a client did. */
export interface Row {
  readonly name: string;
  readonly answered: number;
  readonly failures: readonly string[];
}

const HEADS = ['', 'requests', 'answered', 'failed'];

/** The rows as a table for a terminal. */
export function renderTable(rows: readonly Row[]): string {
  const cells = rows.map(({ name, answered, failures }) =>
    [name, answered + failures.length, answered, failures.length].map(String),
  );
  const widths = HEADS.map((head, column) =>
    Math.max(head.length, ...cells.map((row) => row[column]?.length ?? 0)),
  );
  const line = (row: readonly string[]): string =>
    `  ${row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0))).join('   ')}`.trimEnd();
  return ['', line(HEADS), ...cells.map(line), ''].join('\n');
}
