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

  it('says what is wrong with an option', async () => {
    const { code, stderr } = await runExample(main, '--workers', '0');
    expect(stderr).toContain('--workers: expected 1 to 100, got "0"');
    expect(code).toBe(1);
  });
});
