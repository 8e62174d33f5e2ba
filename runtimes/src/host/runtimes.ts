import { CHROMIUM, FIREFOX, type Kind } from '../../../test/support/browsers.ts';
import { type Program, programIn } from './programs.ts';
import { browser, program, type Start, workerd } from './start.ts';

/** A row of the table. */
export interface Runtime {
  readonly name: string;
  /** What of the packages it loads. */
  readonly loads: string;
  /** As the lockfile pins it; empty where the machine brings it. */
  readonly version: string;
  /** `undefined`: it is not on this machine. */
  readonly start: Start | undefined;
  /** It is a process that has to end by itself. */
  readonly ends?: true;
}

/** Everything that the conformance rules are checked in. */
export function runtimes(): readonly Runtime[] {
  const developers = { file: process.execPath, version: process.versions.node };
  return [
    ...['20', '22', '24', '26'].flatMap((major) => {
      const node = major === '24' ? developers : programIn(`node-${major}`, 'bin/node');
      return [
        ofProcess(`Node ${major}`, 'ESM', node, (file) => program(file, 'esm')),
        ofProcess(`Node ${major}`, 'CommonJS', node, (file) => program(file, 'cjs')),
      ];
    }),
    ofProcess('Bun', 'ESM', programIn('bun', 'bin/bun'), (file) => program(file, 'esm')),
    ofProcess('Deno', 'ESM', programIn('deno', 'deno'), (file) =>
      program(
        file,
        'esm',
        'run',
        '--allow-net=127.0.0.1',
        '--allow-read',
        '--no-lock',
        '--node-modules-dir=manual',
      ),
    ),
    { ...ofProcess('workerd', 'bundled ESM', programIn('workerd', 'bin/workerd'), workerd) },
    inBrowser(CHROMIUM),
    inBrowser(FIREFOX),
    {
      name: 'Node 24 without what Hermes and React Native lack (not Hermes itself)',
      loads: 'bundled ESM',
      version: '',
      start: program(developers.file, 'reduced'),
    },
  ];
}

const ofProcess = (
  name: string,
  loads: string,
  found: Program | undefined,
  start: (file: string) => Start,
): Runtime => ({
  name,
  loads,
  version: found?.version ?? '',
  start: found && start(found.file),
  ends: true,
});

const inBrowser = (kind: Kind): Runtime => ({
  name: kind.name,
  loads: 'bundled ESM',
  version: '',
  start: kind.mayRun ? browser(kind) : undefined,
});
