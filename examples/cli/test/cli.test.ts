import { describe, expect, it } from '@jest/globals';
import { runExample } from './support/run-example.ts';

const main = new URL('../src/main.ts', import.meta.url);

describe('the command-line tool', () => {
  it('keeps many processes signed in: no refresh token twice, no request failed, other settings kept', async () => {
    const { code, stdout, stderr } = await runExample(main, '--processes', '4', '--seconds', '4');
    expect(stderr).toBe('');
    expect(stdout).toMatch(/\d+ requests answered, 0 failed/);
    expect(stdout).toContain('0 refresh tokens used twice');
    expect(stdout).toContain('other settings in the file: kept');
    expect(code).toBe(0);
  }, 60_000);

  it('says what is wrong with an option', async () => {
    const { code, stderr } = await runExample(main, '--processes', '0');
    expect(stderr).toContain('--processes: expected 1 to 200, got "0"');
    expect(code).toBe(1);
  });
});
