import type { ImportGraph } from './imports.ts';

/**
 * The rooms of `packages/core/src` from top to bottom: a room may import from the rows below its own, and from no other room.
 * `refresh/` serves one page and many alike, so it knows neither a manager nor what shares a session.
 */
const ROWS: readonly (readonly string[])[] = [
  ['renewable.ts'],
  ['renewable'],
  ['index.ts', 'adapter.ts'],
  ['stores'],
  ['manager', 'shared'],
  ['refresh'],
  ['session', 'http'],
  ['errors', 'source.ts'],
  ['tokens', 'time'],
];

/** A store hands a manager its home, so both sides know what a home is; only its types go up or sideways. */
const TYPES_FOR_ALL = 'manager/home.ts';

/** Every import of the core that the house has no arrow for: `from -> to`, and `from: no room` for a file outside of the rooms. */
export function wrongArrows(graph: ImportGraph): string[] {
  const wrong = [...graph].flatMap(([from, imported]) =>
    rowOf(from) === undefined
      ? [`${from}: no room`]
      : imported
          .filter((to) => !mayImport(from, to.file, to.typeOnly))
          .map((to) => `${from} -> ${to.file}`),
  );
  return [...new Set(wrong)].sort();
}

function mayImport(from: string, to: string, typeOnly: boolean): boolean {
  if (roomOf(from) === roomOf(to)) return true;
  if (typeOnly && to === TYPES_FOR_ALL) return roomOf(from) === 'shared';
  const [above, below] = [rowOf(from), rowOf(to)];
  return above !== undefined && below !== undefined && above < below;
}

function rowOf(file: string): number | undefined {
  const row = ROWS.findIndex((rooms) => rooms.includes(roomOf(file)));
  return row === -1 ? undefined : row;
}

const roomOf = (file: string): string => file.split('/')[0] ?? file;
