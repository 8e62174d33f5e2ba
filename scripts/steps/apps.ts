import { readFileSync } from 'node:fs';
import path from 'node:path';
import { apps } from '../../apps/src/list.ts';
import { type Played, playAll } from '../../apps/src/play.ts';
import { samples } from '../../apps/src/samples.ts';
import { PAGE, rowOf } from '../../apps/src/table.ts';
import type { Packing } from '../package-checks/packed-types.ts';
import { root } from '../workspace.ts';
import type { Step } from './step.ts';

/**
 * The blocks of the pages in their programs, the quick ones of the apps that are built from a page alone, and whether docs/apps.md
 * says what was seen.
 */
export function appsStep(packing: Packing): Step {
  return {
    name: 'apps',
    run: async () => {
      const packed = await packing.get();
      const played = await playAll(
        apps.filter(({ quick }) => quick),
        packed,
      );
      const programs = await playAll(samples, packed);
      const page = readFileSync(path.join(root, PAGE), 'utf8');
      const problems = [
        ...[...played, ...programs].filter(({ ok }) => ok === false).map(failure),
        ...played
          .filter((one) => one.ok && !page.includes(rowOf(one)))
          .map(({ app }) => `${app.id}: ${PAGE} says otherwise; \`npm run test:apps\``),
      ];
      const skipped = [...played, ...programs].filter(({ ok }) => ok === undefined);
      return {
        ok: problems.length === 0,
        output: problems.join('\n'),
        note: [
          `${played.filter(({ ok }) => ok).length} of ${apps.length} apps`,
          `${programs.filter(({ ok }) => ok).length} of ${samples.length} samples`,
          ...skipped.map(({ app, said }) => `${app.id} skipped, because there is no ${said}`),
        ].join('; '),
      };
    },
  };
}

const failure = ({ app, said }: Played): string => `${app.id}: ${said}`;
