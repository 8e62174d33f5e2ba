// Node, Bun and Deno: a program that is given the origin, and ends by itself.
import { report } from '../conformance/run.ts';

report(process.argv.at(-1) ?? '').catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
