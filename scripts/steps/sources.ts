import { runTool } from '../command.ts';
import type { Step } from './step.ts';

/** What can be said about the sources without running them. The type tests, `*.test-d.ts`, are compiled with the rest. */
export const sourceSteps: readonly Step[] = [
  {
    name: 'types',
    run: () => runTool('typescript', ['-p', 'tsconfig.check.json'], { bin: 'tsc' }),
  },
  { name: 'lint', run: () => runTool('oxlint', ['--type-aware', '--deny-warnings']) },
  { name: 'format', run: () => runTool('@biomejs/biome', ['format']) },
];
