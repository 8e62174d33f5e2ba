import { expect, it } from '@jest/globals';
import { withRedis } from '../../../packages/redis/test/support/with-redis.ts';
import { runExample } from '../../cli/test/support/run-example.ts';

const main = new URL('../src/main.ts', import.meta.url);

withRedis('the worker fleet', () => {
  it('keeps many sessions of many workers: no refresh token twice, no request failed, and a sign-out is one for all', async () => {
    const { code, stdout, stderr } = await runExample(
      main,
      '--workers',
      '4',
      '--sessions',
      '5',
      '--seconds',
      '7',
    );
    expect(stderr).toBe('');
    expect(stdout).toMatch(/\d+ requests answered, 0 failed/);
    expect(stdout).toContain('0 refresh tokens used twice');
    expect(stdout).toContain('no token of that session is left in Redis');
    expect(code).toBe(0);
  }, 60_000);
});

it.each([
  [['--workers', '0'], '--workers: expected a whole number from 1 to 100, got "0"'],
  [['--users=3'], "Unknown option '--users'"],
])(
  'answers %j with a sentence and exit status 2',
  async (args, sentence) => {
    expect(await runExample(main, ...args)).toEqual({
      code: 2,
      stdout: '',
      stderr: `${sentence}\nTry npm run example:fleet -- --help\n`,
    });
  },
  60_000,
);

it('answers --help', async () => {
  const { code, stdout, stderr } = await runExample(main, '--help');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/^Usage: npm run example:fleet/);
}, 60_000);
