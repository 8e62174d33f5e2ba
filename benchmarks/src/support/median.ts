export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? at(sorted, middle)
    : (at(sorted, middle - 1) + at(sorted, middle)) / 2;
}

const at = (values: readonly number[], index: number): number => values[index] ?? Number.NaN;

export type Interval = readonly [number, number];

/**
 * Where the median of all there could be lies, with 95 %: between two of the values themselves (order statistics, with the
 * normal approximation of the binomial distribution). Asks nothing of how they are distributed.
 */
export function intervalOf(values: readonly number[]): Interval {
  const sorted = values.toSorted((a, b) => a - b);
  const count = sorted.length;
  const reach = (1.96 * Math.sqrt(count)) / 2;
  const low = Math.max(0, Math.floor(count / 2 - reach));
  return [at(sorted, low), at(sorted, Math.min(count - 1, Math.ceil(count / 2 + reach)))];
}
