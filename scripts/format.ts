// `npm run format`: rewrites what `npm run check format` would complain about.
import { runTool } from './command.ts';

const { ok, output } = await runTool('@biomejs/biome', [
  'format',
  '--write',
  ...process.argv.slice(2),
]);
process.stdout.write(output);
process.exitCode = ok ? 0 : 1;
