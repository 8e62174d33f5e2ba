// Holds what a search found against what a row of a table says.
import type { Case, Run } from './case.ts';
import type { Finding } from './explore.ts';

export interface Outcome {
  readonly states: number;
  /** What is not as the row says, in words. */
  readonly wrong: readonly string[];
  /** The shortest way to break the property that the row is about. */
  readonly way: readonly string[] | undefined;
}

export function check(
  { runs, shows, protocol }: Case,
  find: (run: Run) => Finding = (run) => run.search(),
): Outcome {
  const wrong: string[] = [];
  let states = 0;
  let way: readonly string[] | undefined;
  for (const run of runs) {
    const { states: reached, broken } = find(run);
    states += reached;
    for (const [property, by] of broken)
      if (!run.breaks.includes(property)) wrong.push(`${run.of}: ${property}: ${by.join(' > ')}`);
    for (const property of run.breaks)
      if (!broken.has(property)) wrong.push(`${run.of}: not broken: ${property}`);
    const shown = shows && broken.get(shows.property);
    way = shown ?? way;
    if (shown !== undefined && shown.length !== shows?.steps)
      wrong.push(`${run.of}: ${shown.length} steps: ${shown.join(' > ')}`);
  }
  if (shows !== undefined && way === undefined) wrong.push(`never broken: ${shows.property}`);
  if (shows !== undefined && protocol?.().broken.has(shows.property) === true)
    wrong.push(`the protocol breaks it as well: ${shows.property}`);
  return { states, wrong, way };
}
