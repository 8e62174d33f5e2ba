import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { runCommand } from '../command.ts';
import { reportFile } from '../compat/results.ts';
import { jestCommand } from '../jest-command.ts';
import { cacheFolder } from '../workspace.ts';
import type { Step } from './step.ts';
import { type TimedFile, whereTimeGoes } from './unit-times.ts';

export interface Totals {
  passed: number;
  failed: number;
  skipped: number;
}

interface JestReport {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
  numRuntimeErrorTestSuites: number;
  testResults: (TimedFile & { assertionResults: { fullName: string; status: string }[] })[];
}

/** Runs every test and hands jest's own totals on, also when tests fail. */
export function unitStep(report: (totals: Totals) => void): Step {
  return {
    name: 'unit',
    run: async () => {
      const file = reportFile;
      mkdirSync(cacheFolder, { recursive: true });
      rmSync(file, { force: true });
      const result = await runCommand(
        process.execPath,
        jestCommand(['--json', `--outputFile=${file}`]),
      );
      if (!existsSync(file))
        return { ok: false, output: `jest did not get as far as its report:\n${result.output}` };
      const json = JSON.parse(readFileSync(file, 'utf8')) as JestReport;
      const totals = totalsOf(json);
      report(totals);
      const summary = [`${totals.passed} tests`, ...reasonsToSkip(json)].join('; ');
      const note = [
        summary,
        ...whereTimeGoes(json.testResults),
        ...schedulesPlayed(result.output),
      ].join('\n');
      return { ...result, note };
    },
  };
}

// A file that could not even be loaded has no failed test in it, and is a failure all the same.
function totalsOf(report: JestReport): Totals {
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + report.numRuntimeErrorTestSuites,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

/** Suites whose programs are not on this machine say so in their titles: "Firefox, skipped, because ...". Each reason once. */
function reasonsToSkip({ testResults }: JestReport): string[] {
  const reasons = testResults.flatMap(({ assertionResults }) =>
    assertionResults
      .filter(({ status }) => status === 'pending')
      .map(({ fullName }) => /skipped, because[^:(]*[^:( ]/.exec(fullName)?.[0]),
  );
  return [...new Set(reasons.filter((reason) => reason !== undefined))];
}

/** What the random schedules say of themselves: their seed, how many there were of each class, how often each rule was put to the test. */
const schedulesPlayed = (output: string): readonly string[] =>
  output.match(/^ *seed \d+: .*(?:\n {2}.*|\nput to the test: .*)*/gm) ?? [];
