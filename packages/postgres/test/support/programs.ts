import { type Program, start as startAt } from '../../../node/test/support/program.ts';

/** Starts `test/programs/<name>.ts` of this package. */
export const start = (name: string, args: readonly string[]): Program =>
  startAt(new URL(`../programs/${name}.ts`, import.meta.url), args);
