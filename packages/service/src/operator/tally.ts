/** How often something took how long, by two labels. */
export interface Tally {
  observe(first: string, second: number, seconds: number): void;
  /** In the format of Prometheus. */
  text(): string;
}

interface Counted {
  readonly second: number;
  /** How many took no longer than each bound, and longer than the one before; the last: longer than all. */
  readonly buckets: number[];
  sum: number;
}

/**
 * A histogram for what happens at each request: prom-client takes the labels and the bounds for texts and looks for them anew each
 * time, which costs more than the read that is counted. The labels are the code's own words and numbers, so nothing is escaped.
 */
export function createTally(
  name: string,
  [help, one, other]: readonly [help: string, one: string, other: string],
  bounds: readonly number[],
): Tally {
  const all = new Map<string, Counted[]>();
  const countedOf = (first: string, second: number): Counted => {
    const own = all.get(first) ?? [];
    const known = own.find((counted) => counted.second === second);
    if (known !== undefined) return known;
    const counted = { second, buckets: [...bounds, Infinity].map(() => 0), sum: 0 };
    all.set(first, [...own, counted]);
    return counted;
  };
  const linesOf = (first: string, { second, buckets, sum }: Counted): string[] => {
    const labels = `${one}="${first}",${other}="${second}"`;
    let count = 0;
    const lines = buckets.map((some, index) => {
      count += some;
      return `${name}_bucket{le="${bounds[index] ?? '+Inf'}",${labels}} ${count}`;
    });
    return [...lines, `${name}_sum{${labels}} ${sum}`, `${name}_count{${labels}} ${count}`];
  };
  return {
    observe(first, second, seconds) {
      const counted = countedOf(first, second);
      counted.sum += seconds;
      let index = 0;
      while (index < bounds.length && seconds > (bounds[index] as number)) index++;
      counted.buckets[index] = (counted.buckets[index] as number) + 1;
    },
    text: () =>
      [
        `# HELP ${name} ${help}`,
        `# TYPE ${name} histogram`,
        ...[...all].flatMap(([first, own]) => own.flatMap((counted) => linesOf(first, counted))),
        '',
      ].join('\n'),
  };
}
