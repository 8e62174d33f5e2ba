import { parseArgs } from 'node:util';

export interface Options {
  readonly processes: number;
  readonly seconds: number;
}

/** Throws an error that says what was wrong. */
export function optionsFrom(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: { processes: { type: 'string' }, seconds: { type: 'string' } },
  });
  return {
    processes: amount('processes', values.processes, 16, 200),
    seconds: amount('seconds', values.seconds, 10, 3600),
  };
}

function amount(name: string, text: string | undefined, fallback: number, most: number): number {
  const value = text === undefined ? fallback : Number(text);
  if (!Number.isInteger(value) || value < 1 || value > most)
    throw new Error(`--${name}: expected 1 to ${most}, got "${text}"`);
  return value;
}
