import { existsSync } from 'node:fs';
import { outdated } from '../compat/pages.ts';
import { contractResults, reportFile } from '../compat/results.ts';
import type { Step } from './step.ts';

/** Whether the compatibility tables say what the tests of this run found. */
export const compatStep: Step = {
  name: 'compat',
  run: async () => {
    if (!existsSync(reportFile))
      return { ok: false, output: 'there are no results yet: `npm run compat` makes them' };
    const results = contractResults();
    const pages = outdated(results);
    return {
      ok: results.length > 0 && pages.length === 0,
      output: `the compatibility table in ${pages.join(' and ')} is not what the tests found: \`npm run compat\` writes it anew`,
      note: `${results.filter(({ ran }) => ran).length} of ${results.length} clients`,
    };
  },
};
