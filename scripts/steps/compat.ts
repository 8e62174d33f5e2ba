import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { contractResults, reportFile } from '../compat/results.ts';
import { withTable } from '../compat/table.ts';
import { root } from '../workspace.ts';
import type { Step } from './step.ts';

/** Whether the README's compatibility table says what the tests of this run found. */
export const compatStep: Step = {
  name: 'compat',
  run: async () => {
    if (!existsSync(reportFile))
      return { ok: false, output: 'there are no results yet: `npm run compat` makes them' };
    const readme = readFileSync(path.join(root, 'README.md'), 'utf8');
    const results = contractResults();
    return {
      ok: results.length > 0 && withTable(readme, results) === readme,
      output:
        'the compatibility table in README.md is not what the tests found: `npm run compat` writes it anew',
      note: `${results.filter(({ ran }) => ran).length} of ${results.length} clients`,
    };
  },
};
