// `npm run unit [-- jest's arguments]`: the tests alone, with jest's own output.
import { spawnSync } from 'node:child_process';
import { buildPackages } from './build/packages.ts';
import { jestCommand } from './jest-command.ts';

const args = process.argv.slice(2);

// Tests of packages run on the sources; those of examples may start programs that use the built packages.
if (args.length === 0 || args.some((arg) => arg.includes('examples'))) await buildPackages();
process.exitCode = spawnSync(process.execPath, jestCommand(args), { stdio: 'inherit' }).status ?? 1;
