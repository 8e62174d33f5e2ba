// `npm run derive`: after a package, an entry of one or a block of a page was added, writes what follows from that elsewhere.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { runTool } from './command.ts';
import { derivedFiles } from './derived/files.ts';
import { knownHere } from './samples/repository.ts';
import { PAGE, withBlocks } from './samples/table.ts';
import { root } from './workspace.ts';

const files = derivedFiles();
for (const { file, content } of files) {
  mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
  writeFileSync(path.join(root, file), content);
}
const page = path.join(root, PAGE);
writeFileSync(page, withBlocks(readFileSync(page, 'utf8'), knownHere().blocks));
const { ok, output } = await runTool('@biomejs/biome', [
  'format',
  '--write',
  ...files.map(({ file }) => file),
]);
if (!ok) {
  process.stderr.write(output);
  process.exitCode = 1;
}
