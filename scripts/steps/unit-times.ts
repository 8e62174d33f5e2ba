import path from 'node:path';
import { root } from '../workspace.ts';

/** A file of tests, as jest's report has it. Times in ms. */
export interface TimedFile {
  readonly name: string;
  readonly startTime: number;
  readonly endTime: number;
}

const SLOWEST = 8;

/** Where the time of the tests goes: by package and example, and the files that take longest. Two files run at a time. */
export function whereTimeGoes(files: readonly TimedFile[], top = root): string[] {
  const timed = files
    .map(({ name, startTime, endTime }) => ({
      file: path.relative(top, name).replaceAll('\\', '/'),
      ms: endTime - startTime,
    }))
    .toSorted((a, b) => b.ms - a.ms);
  const rooms = new Map<string, number>();
  for (const { file, ms } of timed) rooms.set(roomOf(file), (rooms.get(roomOf(file)) ?? 0) + ms);
  const byRoom = [...rooms].toSorted(([, a], [, b]) => b - a);
  return [
    `  seconds of files, two at a time: ${byRoom.map(([room, ms]) => `${room} ${seconds(ms)}`).join(', ')}`,
    ...timed.slice(0, SLOWEST).map(({ file, ms }) => `  ${seconds(ms).padStart(5)} s  ${file}`),
  ];
}

const roomOf = (file: string): string =>
  file
    .split('/')
    .slice(0, /^(?:packages|examples)\//.test(file) ? 2 : 1)
    .join('/');

const seconds = (ms: number): string => (ms / 1000).toFixed(0);
