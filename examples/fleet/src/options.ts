import { parseArgs } from 'node:util';

const LIMITS = { workers: [16, 100], sessions: [20, 5000], seconds: [10, 3600] } as const;
export type Options = Readonly<Record<keyof typeof LIMITS, number>>;

/** `--workers`, `--sessions`, `--seconds`. Throws an error that says what was wrong. */
export function optionsFrom(args: readonly string[]): Options {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...args],
    options: { workers: text, sessions: text, seconds: text },
  });
  const amount = (name: keyof typeof LIMITS): number => {
    const [fallback, most] = LIMITS[name];
    const value = Number(values[name] ?? fallback);
    if (!Number.isInteger(value) || value < 1 || value > most)
      throw new Error(`--${name}: expected 1 to ${most}, got "${values[name]}"`);
    return value;
  };
  return { workers: amount('workers'), sessions: amount('sessions'), seconds: amount('seconds') };
}
