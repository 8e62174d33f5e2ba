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

  it.each([
    [['--processes', '0'], '--processes: expected a whole number from 1 to 200, got "0"'],
    [['--tools=3'], "Unknown option '--tools'"],
    [['--seconds'], "Option '--seconds <value>' argument missing"],
    [['ten'], "Unexpected argument 'ten'"],
  ])(
    'answers %j with a sentence and exit status 2',
    async (args, sentence) => {
      expect(await runExample(main, ...args)).toEqual({
        code: 2,
        stdout: '',
        stderr: `${sentence}\nTry npm run example:cli -- --help\n`,
      });
    },
    60_000,
  );

  it('answers --help', async () => {
    const { code, stdout, stderr } = await runExample(main, '--help');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^Usage: npm run example:cli/);
  }, 60_000);
});
