import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Result } from '../../runtimes/src/main.ts';
import { root } from '../workspace.ts';
import type { Step, StepResult } from './step.ts';

const PAGE = 'docs/runtimes.md';

/** The conformance rules in every runtime, and whether the page says what came out. */
export const runtimesStep: Step = { name: 'runtimes', run: () => checkInRuntimes(false) };

/** `write`: the page is written anew instead of compared. */
export async function checkInRuntimes(write: boolean): Promise<StepResult> {
  // Not before the build: it imports the packages as they are shipped.
  const { checkRuntimes, withResults } = await import('../../runtimes/src/main.ts');
  const results = await checkRuntimes();
  const file = path.join(root, PAGE);
  const page = readFileSync(file, 'utf8');
  const made = withResults(page, results);
  if (write) writeFileSync(file, made);
  const missing = results.filter(({ outcomes }) => !outcomes).map(({ runtime }) => runtime.name);
  const wrong = [
    ...results.flatMap(brokenIn),
    ...(process.env['CI'] && missing.length > 0
      ? [`not on this machine, and in CI nothing is left out: ${missing.join(', ')}`]
      : []),
    ...(!write && made !== page
      ? [`${PAGE} is not what came out: \`npm run test:runtimes\` writes it anew`]
      : []),
  ];
  const skipped = [...new Set(missing)].map(
    (name) => `${name} skipped, because this machine has none`,
  );
  return {
    ok: wrong.length === 0,
    output: wrong.join('\n'),
    note: [`${results.length - missing.length} of ${results.length} runtimes`, ...skipped].join(
      '; ',
    ),
  };
}

const brokenIn = ({ runtime, outcomes = [] }: Result): string[] =>
  outcomes
    .filter(({ error }) => error !== undefined)
    .map(({ rule, error }) => `${runtime.name} (${runtime.loads}): ${rule}: ${error}`);
