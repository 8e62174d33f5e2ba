import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it, jest } from '@jest/globals';
import { serviceSchema } from '../../src/index.ts';
import { commandOf } from '../../src/program/arguments.ts';
import { SetupError } from '../../src/program/setup-error.ts';
import { runProcess } from '../support/process.ts';

jest.setTimeout(60_000); // it starts processes, which takes its time on a busy machine

const { version } = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
) as { version: string };

describe('the command line', () => {
  it.each([
    ['--help', /^The token broker[\s\S]*--config FILE/],
    ['--version', new RegExp(`^${version}\\n$`)],
  ])('answers %s, with exit code 0', async (option, text) => {
    const { code, stdout, stderr } = await runProcess([option]);
    expect(stdout).toMatch(text);
    expect([code, stderr]).toEqual([0, '']);
  });

  it('makes an API key, whose entry has its digest alone', async () => {
    const { code, stdout } = await runProcess([
      'create-key',
      'orders',
      'read:acme:',
      'reject:acme:',
    ]);
    expect(code).toBe(0);
    const { key, entry } = JSON.parse(stdout) as { key: string; entry: Record<string, unknown> };
    expect(key).toMatch(/^unx_orders_[0-9a-f]{72}$/);
    expect(entry).toEqual({
      id: 'orders',
      scopes: ['read:acme:', 'reject:acme:'],
      digest: createHash('sha256').update(key).digest('hex'),
    });
  });

  it('prints the SQL of the tables', async () => {
    const { code, stdout } = await runProcess(['schema', 'auth.sessions']);
    expect([code, stdout]).toEqual([0, `${serviceSchema('auth.sessions')}\n`]);
  });

  it('says what is wrong with an option in one line, with exit code 2', async () => {
    const { code, stdout, stderr } = await runProcess(['--confg', 'broker.json']);
    expect(stderr).toBe("Unknown option '--confg'; unexpired-service --help lists what there is\n");
    expect([code, stdout]).toEqual([2, '']);
  });

  it.each([
    [[], /^--config is missing/],
    [['--config'], /argument missing/],
    [['start'], /^The command is not known/],
    [['schema', 'a', 'b'], /^The command is not known, or has too many words/],
    [['create-key', 'orders'], /^create-key needs an id and scopes/],
    [['create-key', 'orders', 'read:acme:', '--config', 'a.json'], /^--config has no business/],
  ])('refuses %j', (args, message) => {
    expect(() => commandOf(args)).toThrow(SetupError);
    expect(() => commandOf(args)).toThrow(message);
  });
});
