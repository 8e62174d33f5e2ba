import { readFileSync } from 'node:fs';
import path from 'node:path';
import { apps } from '../../apps/src/list.ts';
import { playAll } from '../../apps/src/play.ts';
import { PAGE, rowOf } from '../../apps/src/table.ts';
import type { Packing } from '../package-checks/packed-types.ts';
import { root } from '../workspace.ts';
import type { Step } from './step.ts';

/** The quick ones of the apps that are built from a page alone, and whether docs/apps.md says what was seen. */
export function appsStep(packing: Packing): Step {
  return {
    name: 'apps',
    run: async () => {
      const played = await playAll(
        apps.filter(({ quick }) => quick),
        await packing.get(),
      );
      const page = readFileSync(path.join(root, PAGE), 'utf8');
      const problems = played.flatMap((one) => {
        if (one.ok === undefined) return [];
        if (!one.ok) return [`${one.app.id}: ${one.said}`];
        const isThere = page.includes(rowOf(one));
        return isThere ? [] : [`${one.app.id}: ${PAGE} says otherwise; \`npm run test:apps\``];
      });
      const skipped = played.filter(({ ok }) => ok === undefined);
      return {
        ok: problems.length === 0,
        output: problems.join('\n'),
        note: [
          `${played.length - skipped.length} of ${apps.length} apps`,
          ...skipped.map(({ app, said }) => `${app.id} skipped, because there is no ${said}`),
        ].join('; '),
      };
    },
  };
}
