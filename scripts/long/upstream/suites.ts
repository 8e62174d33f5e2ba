import { globSync } from 'node:fs';
import path from 'node:path';

/** Another project's tests, and how they are started here. */
export interface Suite {
  /** What the checkout has to have installed, and how it gets there. */
  readonly runner: string;
  readonly setUp: string;
  /** Loaded into each of its processes, beside this file. */
  readonly preload: string;
  /** What is not run, and why. */
  readonly leftOut: string;
  /** Runs of Node that run the tests, or those of these names alone. Each writes TAP; `prefix` comes before its names. */
  commands(source: string, only?: readonly string[]): readonly Command[];
}

export interface Command {
  readonly prefix: string;
  readonly args: readonly string[];
  /** Milliseconds. What has not ended then is ended, and the list says so. */
  readonly timeout: number;
}

const AVA = 'node_modules/ava/entrypoints/cli.mjs';
const MOCHA = 'node_modules/mocha/bin/_mocha';

const ky: Suite = {
  runner: AVA,
  setUp: 'npm install',
  preload: 'in-ky.ts',
  leftOut:
    'what needs a browser (test/browser.ts, test/with-page.ts), and "works even in old browsers", which puts an asserting class in the place of the global Headers while the other tests of its file run',
  commands: (_source, only = []) => [
    {
      prefix: '',
      timeout: 30 * 60_000,
      args: [
        AVA,
        '--tap',
        '--timeout=2m',
        '--concurrency=2',
        '--match=!*even in old browsers',
        'test/*.ts',
        '!test/browser.ts',
        '!test/with-page.ts',
        ...only.map((name) => `--match=${name.replace(/^.*? › /, '')}`),
      ],
    },
  ],
};

const axios: Suite = {
  runner: MOCHA,
  setUp: 'npm ci --ignore-scripts',
  preload: 'in-axios.ts',
  leftOut:
    'test/specs, which is for browsers (karma with jasmine-ajax, which replaces XMLHttpRequest by a mock), and test/module, which compiles its types',
  commands: (source, only) => [
    {
      prefix: '',
      timeout: 10 * 60_000,
      args: [
        MOCHA,
        '--reporter=tap',
        '--timeout=30000',
        '--exit',
        ...(only ? [`--grep=^(${only.map(escaped).join('|')})$`] : []),
        ...globSync('test/unit/**/*.js', { cwd: source }).toSorted(),
      ],
    },
  ],
};

// A file a process, as its own runner has it: what one does to the global dispatcher is nothing to the next.
const undici: Suite = {
  runner: 'node_modules/@metcoder95/https-pem/cert.pem',
  setUp: 'npm install && npm run generate-pem',
  preload: 'in-undici.ts',
  leftOut:
    'what does not go through the fetch that it exports: the tests of its dispatchers, web sockets and caches, and the web platform tests, which run its sources',
  commands: (source, only) =>
    ['test/fetch/*.js', 'test/node-fetch/*.js']
      .flatMap((pattern) => globSync(pattern, { cwd: source }))
      .map((file) => file.split(path.sep).join('/'))
      .toSorted()
      .map((file) => ({
        prefix: `${file.slice('test/'.length)} › `,
        // The longest of them has 180 s for itself.
        timeout: 200_000,
        // A test that fails leaves its server open, which would keep the process. The certificate that it makes for its tests has a key that is too short for today's OpenSSL.
        args: [
          '--tls-cipher-list=DEFAULT@SECLEVEL=0',
          '--expose-gc',
          '--test-force-exit',
          '--test-reporter=tap',
          file,
        ],
      }))
      .filter(({ prefix }) => !only || only.some((name) => name.startsWith(prefix))),
};

export const SUITES: Readonly<Record<string, Suite>> = { ky, axios, undici };

const escaped = (text: string): string => text.replace(/[$()*+.?[\\\]^{|}]/g, '\\$&');
