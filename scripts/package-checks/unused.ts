import { runTool } from '../command.ts';
import type { Step } from '../steps/step.ts';

/** Files, exports and dependencies that nothing uses, and imports that no package.json declares. */
export const unusedStep: Step = {
  name: 'unused',
  run: () => runTool('knip', ['--no-progress', '--no-config-hints']),
};
