/** `1234567` as `1,234,567`, whatever the machine's language. */
export function count(value: number): string {
  return value.toLocaleString('en-US');
}

/** `1 call`, `2 calls`. */
export function plural(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? '' : 's'}`;
}

/** Says it when a contender did not finish by itself. `wallTime` in ms. */
export function wallTimeText({
  wallTime,
  cutAtDeadline,
}: {
  readonly wallTime: number;
  readonly cutAtDeadline: boolean;
}): string {
  return cutAtDeadline ? 'cut off' : `${(wallTime / 1000).toFixed(2)} s`;
}
