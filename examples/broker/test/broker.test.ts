import { expect, it } from '@jest/globals';
import { runExample } from '../../cli/test/support/run-example.ts';
import { parseOptions } from '../src/options.ts';

const main = new URL('../src/main.ts', import.meta.url);

it('answers every request of two apps and a worker, and redeems each refresh token once, also where all are refused at once', async () => {
  const { code, stdout, stderr } = await runExample(main, '--seconds', '6');
  expect(stderr).toBe('');
  for (const name of ['orders', 'invoices', 'sync'])
    expect(stdout).toMatch(new RegExp(`${name}, an? \\w+ on \\w+ +(\\d+) +\\1 +0\\n`));
  expect(
    Number(/(\d+) requests met a token that the API refused/.exec(stdout)?.[1]),
  ).toBeGreaterThan(0);
  const [, refreshes] = /(\d+) refreshes at the provider, 0 refused\n.*alive/.exec(stdout) ?? [];
  expect(Number(refreshes)).toBeGreaterThan(1);
  expect(stdout).not.toMatch(/[\w-]{43}/); // what tokens and keys look like here
  expect(code).toBe(0);
}, 120_000);

it('answers --help, and a mistake with one sentence and exit status 2', async () => {
  const [help, mistake] = await Promise.all([
    runExample(main, '--help'),
    runExample(main, '--minutes=3'),
  ]);
  expect(help).toMatchObject({ code: 0, stderr: '' });
  expect(help.stdout).toMatch(/^Usage: npm run example:broker/);
  expect(mistake).toEqual({
    code: 2,
    stdout: '',
    stderr: "Unknown option '--minutes'\nTry npm run example:broker -- --help\n",
  });
}, 60_000);

it.each<[string[], ReturnType<typeof parseOptions>]>([
  [[], { kind: 'run', options: { seconds: 10 } }],
  [['--seconds', '60'], { kind: 'run', options: { seconds: 60 } }],
  [
    ['--seconds', '4'],
    { kind: 'mistake', message: '--seconds: expected a whole number from 5 to 3600, got "4"' },
  ],
  [['ten'], { kind: 'mistake', message: "Unexpected argument 'ten'" }],
])('reads %j', (args, command) => {
  expect(parseOptions(args)).toEqual(command);
});
