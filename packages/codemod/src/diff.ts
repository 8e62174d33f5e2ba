/** How many lines stand around a change. */
const AROUND = 3;

interface Line {
  readonly sign: ' ' | '+' | '-';
  readonly text: string;
}

/** What `diff -u` says of two versions of a text, without the head. */
export function unifiedDiff(before: string, after: string): string {
  const lines = compared(linesOf(before), linesOf(after));
  const shown = lines.map((_, index) =>
    lines.slice(Math.max(0, index - AROUND), index + AROUND + 1).some(({ sign }) => sign !== ' '),
  );
  const result: string[] = [];
  let [left, right] = [1, 1];
  for (const [index, { sign, text }] of lines.entries()) {
    if (shown[index] && !shown[index - 1]) {
      const end = shown.indexOf(false, index);
      const hunk = lines.slice(index, end < 0 ? lines.length : end);
      const count = (without: string): number =>
        hunk.filter((line) => line.sign !== without).length;
      result.push(`@@ -${left},${count('+')} +${right},${count('-')} @@`);
    }
    if (shown[index]) result.push(sign + text);
    if (sign !== '+') left++;
    if (sign !== '-') right++;
  }
  return result.join('\n');
}

const linesOf = (text: string): string[] => text.replace(/\n$/, '').split('\n');

/** The lines of both, by the longest common subsequence. Files of source code are short enough for the whole table. */
function compared(before: readonly string[], after: readonly string[]): Line[] {
  const width = after.length + 1;
  const lengths = new Uint32Array((before.length + 1) * width);
  const at = (row: number, column: number): number => lengths[row * width + column] ?? 0;
  for (let row = before.length - 1; row >= 0; row--)
    for (let column = after.length - 1; column >= 0; column--)
      lengths[row * width + column] =
        before[row] === after[column]
          ? at(row + 1, column + 1) + 1
          : Math.max(at(row + 1, column), at(row, column + 1));
  const lines: Line[] = [];
  let [row, column] = [0, 0];
  while (row < before.length || column < after.length) {
    const [old, fresh] = [before[row], after[column]];
    if (old !== undefined && old === fresh) {
      lines.push({ sign: ' ', text: old });
      row++;
      column++;
    } else if (
      old !== undefined &&
      (fresh === undefined || at(row + 1, column) >= at(row, column + 1))
    ) {
      lines.push({ sign: '-', text: old });
      row++;
    } else {
      lines.push({ sign: '+', text: fresh ?? '' });
      column++;
    }
  }
  return lines;
}
