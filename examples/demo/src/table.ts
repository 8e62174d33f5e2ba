import type { Result } from './result.ts';
import type { Style } from './style.ts';
import { count, wallTimeText } from './texts.ts';

interface Column {
  readonly head: readonly [string, string];
  readonly align: 'left' | 'right';
  readonly cell: (result: Result) => string;
  /** `undefined`: neither good nor bad in itself. */
  readonly isGood?: (result: Result) => boolean;
}

const COLUMNS: readonly Column[] = [
  { head: ['', ''], align: 'left', cell: ({ name }) => name },
  {
    head: ['token-endpoint', 'calls'],
    align: 'right',
    cell: ({ tokenEndpointCalls }) => count(tokenEndpointCalls),
    isGood: ({ tokenEndpointCalls }) => tokenEndpointCalls === 1,
  },
  {
    head: ['reuse', 'detections'],
    align: 'right',
    cell: ({ reuseDetections }) => count(reuseDetections),
    isGood: ({ reuseDetections }) => reuseDetections === 0,
  },
  {
    head: ['', 'session'],
    align: 'left',
    cell: ({ session }) => session,
    isGood: ({ session }) => session === 'alive',
  },
  {
    head: ['requests', 'succeeded'],
    align: 'right',
    cell: ({ succeeded }) => count(succeeded),
    isGood: ({ failed }) => failed === 0,
  },
  {
    head: ['requests', 'failed'],
    align: 'right',
    cell: ({ failed }) => count(failed),
    isGood: ({ failed }) => failed === 0,
  },
  { head: ['wall', 'time'], align: 'right', cell: wallTimeText },
];

/** The results as a table for a terminal: every contender a row. */
export function renderTable(results: readonly Result[], style: Style): string {
  const widths = COLUMNS.map(({ head, cell }) =>
    Math.max(...head.map(widthOf), ...results.map((result) => widthOf(cell(result)))),
  );
  const line = (cells: readonly string[]): string => `  ${cells.join('   ')}`.trimEnd();
  const pad = (text: string, index: number): string =>
    COLUMNS[index]?.align === 'right'
      ? text.padStart(widths[index] ?? 0)
      : text.padEnd(widths[index] ?? 0);

  const heads = [0, 1].map((row) =>
    line(COLUMNS.map(({ head }, index) => style.strong(pad(head[row] ?? '', index)))),
  );
  const rule = style.faint(line(widths.map((width) => '─'.repeat(width))));
  const rows = results.map((result) =>
    line(
      COLUMNS.map(({ cell, isGood }, index) =>
        judged(pad(cell(result), index), isGood?.(result), style),
      ),
    ),
  );
  return [...heads, rule, ...rows].join('\n');
}

function judged(text: string, good: boolean | undefined, style: Style): string {
  if (good === undefined) return text;
  return good ? style.good(text) : style.bad(text);
}

function widthOf(text: string): number {
  return [...text].length;
}
