import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { apps } from '../apps/src/list.ts';
import { playAll } from '../apps/src/play.ts';
import { samples } from '../apps/src/samples.ts';
import { PAGE, withTable } from '../apps/src/table.ts';
import { chosenOf, optionsOf } from './command-options.ts';
import { packing } from './package-checks/packed.ts';
import { root } from './workspace.ts';

const USAGE = `npm run test:apps [-- id ...]

Each app of docs/apps.md, built from its page; all of them together write that page. Ids: ${apps.map(({ id }) => id).join(', ')};
and, by id only, the programs around the blocks of a page: ${samples.map(({ id }) => id).join(', ')}.`;

const known = [...apps, ...samples];
const wanted = optionsOf(
  USAGE,
  {},
  (_, given) => {
    chosenOf(
      'app',
      given,
      known.map(({ id }) => id),
    );
    return given;
  },
  { takesNames: true },
);
const chosen = wanted.length === 0 ? apps : known.filter(({ id }) => wanted.includes(id));
const packed = packing();
const played = await packed
  .get()
  .then((ready) => playAll(chosen, ready))
  .finally(packed.clear);
for (const { app, ok, said } of played) {
  const word = ok === undefined ? 'skipped' : ok ? 'ok' : 'FAILED';
  process.stdout.write(`${app.id.padEnd(22)} ${word.padEnd(8)} ${said}\n`);
}
const whole = played.length === apps.length && played.every(({ ok }) => ok);
if (whole) {
  const file = path.join(root, PAGE);
  writeFileSync(file, withTable(readFileSync(file, 'utf8'), played));
} else if (wanted.length === 0) process.stdout.write(`${PAGE} stays as it is\n`);
if (played.some(({ ok }) => ok === false)) process.exitCode = 1;
