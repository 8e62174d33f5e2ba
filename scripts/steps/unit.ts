import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { runCommand } from '../command.ts';
import { reportFile } from '../compat/results.ts';
import { jestCommand } from '../jest-command.ts';
import { cacheFolder } from '../workspace.ts';
import type { Step } from './step.ts';

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
}

/** Runs every test and hands jest's own totals on, also when tests fail. */
export function unitStep(report: (totals: Totals) => void): Step {
  return {
    name: 'unit',
    run: async () => {
      const file = reportFile;
      mkdirSync(cacheFolder, { recursive: true });
      rmSync(file, { force: true });
      const result = await runCommand(process.execPath, jestCommand(['--json', `--outputFile=${file}`]));
      if (!existsSync(file)) return { ok: false, output: `jest did not get as far as its report:\n${result.output}` };
      const totals = totalsOf(JSON.parse(readFileSync(file, 'utf8')) as JestReport);
      report(totals);
      return { ...result, note: `${totals.passed} tests` };
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
