import { buildPackages } from '../build/packages.ts';
import type { Step } from './step.ts';

export const buildStep: Step = {
  name: 'build',
  run: async () => {
    await buildPackages();
    return { ok: true, output: '' };
  },
};
