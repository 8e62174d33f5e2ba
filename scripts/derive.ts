// `npm run derive`: after a package or an entry of one was added, writes what follows from that elsewhere.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { runTool } from './command.ts';
import { derivedFiles } from './derived/files.ts';
import { root } from './workspace.ts';

const files = derivedFiles();
for (const { file, content } of files) {
  mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
  writeFileSync(path.join(root, file), content);
}
const { ok, output } = await runTool('@biomejs/biome', [
  'format',
  '--write',
  ...files.map(({ file }) => file),
]);
if (!ok) {
  process.stderr.write(output);
  process.exitCode = 1;
}
