import type { Row } from './contests.ts';

const HEADS = ['', 'calls', 'succeeded', 'refreshes', 'session', 'sign-ins asked'] as const;

/** The rows as a table for a terminal. */
export function renderTable(title: string, rows: readonly Row[]): string {
  const cells = rows.map(({ name, calls, succeeded, redemptions, session, asked }) =>
    [name, calls, succeeded, redemptions, session, asked].map(String),
  );
  const widths = HEADS.map((head, column) =>
    Math.max(head.length, ...cells.map((row) => row[column]?.length ?? 0)),
  );
  const line = (row: readonly string[]): string =>
    `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('   ')}`.trimEnd();
  return [title, '', line(HEADS), ...cells.map(line), ''].join('\n');
}

/** What one of ours did that it must not. */
export const brokenBy = ({
  name,
  ours,
  calls,
  succeeded,
  redemptions,
  session,
  asked,
}: Row): string[] =>
  ours && !(succeeded === calls && redemptions === 1 && session === 'alive' && asked === 0)
    ? [
        `${name}: ${succeeded} of ${calls} calls, ${redemptions} refreshes, session ${session}, ${asked} sign-ins asked`,
      ]
    : [];
