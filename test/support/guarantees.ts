/** One row of a table that names its tests. */
export interface Guarantee {
  /** The cells, by the head of their column. */
  readonly cells: Readonly<Record<string, string>>;
  /** The first cell, to know the row by. */
  readonly name: string;
}

/** The rows of all tables in a text of Markdown. */
export function tableRows(markdown: string): Guarantee[] {
  const rows: Guarantee[] = [];
  let head: string[] | undefined;
  for (const line of markdown.split('\n')) {
    const cells = line.startsWith('|') ? line.split('|').slice(1, -1) : undefined;
    const trimmed = cells?.map((cell) => cell.trim());
    if (trimmed === undefined) head = undefined;
    else if (head === undefined) head = trimmed;
    else if (!trimmed.every((cell) => /^:?-+:?$/.test(cell))) rows.push(rowOf(head, trimmed));
  }
  return rows;
}

const rowOf = (head: readonly string[], cells: readonly string[]): Guarantee => ({
  cells: Object.fromEntries(head.map((name, column) => [name, cells[column] ?? ''])),
  name: cells[0] ?? '',
});

/** A test, or a group of tests, as a text names it: `file › group › test`. */
export interface Reference {
  readonly file: string;
  readonly test: string;
}

/** The tests that a text names. */
export function references(text: string): Reference[] {
  return [...text.matchAll(/`([^`]+?) › ([^`]+)`/g)].map(([, file = '', test = '']) => ({
    file,
    test,
  }));
}
