import { expect, it } from '@jest/globals';
import { mayRunChromium, WITHOUT_CHROMIUM } from '../../../test/support/chromium.ts';
import { runExample } from '../../cli/test/support/run-example.ts';
import { parseOptions } from '../src/options.ts';

const main = new URL('../src/main.ts', import.meta.url);

it('answers every call of ours with one refresh, where the SDK’s own provider loses the session, and opens one login a server', async () => {
  const { code, stdout, stderr } = await runExample(main, '--processes', '2');
  expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
  for (const version of ['sdk 1', 'client 2']) {
    // 10 calls in one process, and 5 in each of two; the form with four is `npm run example:mcp`.
    for (const [calls, tables] of [
      [2, 1],
      [10, 2],
    ] as const)
      expect(
        stdout.match(
          new RegExp(`Unexpired below ${version} +${calls} +${calls} +1 +alive +0`, 'g'),
        ),
      ).toHaveLength(tables);
    expect(stdout).toMatch(new RegExp(`${version}, its own provider +10 +\\d +\\d +dead +\\d`));
  }
  expect(stdout).toContain(
    mayRunChromium
      ? 'Somebody signed in 3 times in Chromium, once for each server; 30 of 30 calls were answered.'
      : 'No Chromium was found',
  );
  if (!mayRunChromium) process.stdout.write(`logins in a browser: ${WITHOUT_CHROMIUM}\n`);
  // oidc-provider's tokens are 43 such characters, and nothing else here is as long.
  expect(stdout).not.toMatch(/[\w-]{43}/);
}, 300_000);

it('answers a mistake with one sentence and exit status 2', async () => {
  const { code, stdout, stderr } = await runExample(main, '--servers=3');
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toBe("Unknown option '--servers'\nTry npm run example:mcp -- --help\n");
});

it.each<[string[], ReturnType<typeof parseOptions>]>([
  [[], { kind: 'run', options: { processes: 4 } }],
  [['--processes', '16'], { kind: 'run', options: { processes: 16 } }],
  [['--help'], { kind: 'help' }],
  [['-h', '--processes', '3'], { kind: 'help' }],
  [
    ['--processes', '1'],
    {
      kind: 'mistake',
      message: '--processes: expected a whole number from 2 to 16, got "1"',
    },
  ],
  [['three'], { kind: 'mistake', message: "Unexpected argument 'three'" }],
])('reads %j', (args, command) => {
  expect(parseOptions(args)).toEqual(command);
});
