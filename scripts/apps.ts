// `npm run test:apps [-- id ...]`: each app of docs/apps.md, built from its page; all of them together write that page.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { apps } from '../apps/src/list.ts';
import { playAll } from '../apps/src/play.ts';
import { samples } from '../apps/src/samples.ts';
import { PAGE, withTable } from '../apps/src/table.ts';
import { packing } from './package-checks/packed.ts';
import { root } from './workspace.ts';

const wanted = process.argv.slice(2);
const known = [...apps, ...samples];
const unknown = wanted.filter((name) => !known.some(({ id }) => id === name));
if (unknown.length > 0) {
  const all = known.map(({ id }) => id).join(', ');
  process.stderr.write(`There is no app ${unknown.join(', ')}; there are: ${all}\n`);
  process.exit(1);
}
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
