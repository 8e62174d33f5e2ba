import { runTool } from '../command.ts';
import type { Step, StepResult } from './step.ts';
import { compileUsers } from './users.ts';

/** What can be said about the sources without running them. The type tests, `*.test-d.ts`, are compiled with the rest. */
export const sourceSteps: readonly Step[] = [
  {
    name: 'types',
    run: compileSources,
  },
  { name: 'lint', run: () => runTool('oxlint', ['--type-aware', '--deny-warnings']) },
  { name: 'format', run: () => runTool('@biomejs/biome', ['format']) },
];

async function compileSources(): Promise<StepResult> {
  const sources = await runTool('typescript', ['-p', 'tsconfig.check.json'], { bin: 'tsc' });
  return sources.ok ? compileUsers() : sources;
}
