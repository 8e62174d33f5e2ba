import { setFlagsFromString } from 'node:v8';

/**
 * How V8 uses memory that it could also leave alone. Both are looked at when there is garbage to collect, so they can be said while
 * it runs.
 */
const FLAGS = {
  // Percent of what is in use that may come on top before old objects are collected. Left to itself V8 lets it become more than twice.
  'heap-growing-percent': 30,
  // Room for young objects stays what the start needed. Left to itself it becomes 100 MB: what a request makes is gone after it.
  'semi-space-growth-factor': 1,
} as const;

/**
 * Keeps the memory of the process near what is in use: a replica with 100,000 sessions held twice that, for garbage. Where
 * somebody has started Node with an option for the same, that counts.
 */
export function keepHeapSmall(
  { execArgv, env }: Pick<NodeJS.Process, 'execArgv' | 'env'>,
  set: (flag: string) => void = setFlagsFromString,
): void {
  const given = [...execArgv, env['NODE_OPTIONS']].join(' ').replaceAll('_', '-');
  if (/semi-space|heap-growing/.test(given)) return;
  for (const [name, value] of Object.entries(FLAGS)) set(`--${name}=${value}`);
}
