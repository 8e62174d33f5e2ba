import { describe, expect, it } from '@jest/globals';
import { helpText } from '../src/help.ts';
import { parseOptions } from '../src/options.ts';

const IDS = ['interceptor', 'unexpired-axios'];

describe('options', () => {
  it('default to 100 requests with an expired token through every contender', () => {
    expect(parseOptions([], IDS)).toEqual({
      kind: 'run',
      options: {
        requests: 100,
        scenario: 'expired',
        only: undefined,
        json: false,
        record: false,
        report: undefined,
      },
    });
  });

  it('are taken as given', () => {
    const args = [
      '--requests',
      '10000',
      '--scenario',
      'revoked',
      '--only',
      'unexpired-axios, interceptor',
      '--json',
      '--report',
      'a.html',
    ];
    expect(parseOptions(args, IDS)).toEqual({
      kind: 'run',
      options: {
        requests: 10_000,
        scenario: 'revoked',
        only: ['unexpired-axios', 'interceptor'],
        json: true,
        record: false,
        report: 'a.html',
      },
    });
  });

  it.each([
    ['1', 1],
    ['10000', 10_000],
  ])('take --requests %s', (text, requests) => {
    expect(parseOptions([`--requests=${text}`], IDS)).toMatchObject({
      kind: 'run',
      options: { requests },
    });
  });

  it.each(['0', '10001', '-5', '1.5', '1e3', 'many', '', ' 10', '0x10'])(
    'refuse --requests %p, and say what is expected',
    (text) => {
      expect(parseOptions([`--requests=${text}`], IDS)).toEqual({
        kind: 'mistake',
        message: `--requests: expected a whole number from 1 to 10000, got "${text}"`,
      });
    },
  );

  it.each([
    [['--scenario', 'lost'], '--scenario: expected expired or revoked, got "lost"'],
    [
      ['--only', 'axios'],
      '--only: there is no "axios"; expected one or more of interceptor, unexpired-axios',
    ],
    [['--only='], '--only: there is no ""; expected one or more of interceptor, unexpired-axios'],
    [['--report='], '--report: expected the path of a file to write'],
    [
      ['--record', '--only', 'interceptor'],
      '--record: the table in the README is of all contenders',
    ],
    [['--record', '--requests', '10'], '--record: the table in the README is of all contenders'],
  ])('refuse %j with a sentence that names the option', (args, message) => {
    expect(parseOptions(args, IDS)).toEqual({
      kind: 'mistake',
      message: expect.stringContaining(message),
    });
  });

  it.each([[['--reqests', '5']], [['5']], [['--requests']], [['--json=yes']]])(
    'refuse %j without throwing',
    (args) => {
      const command = parseOptions(args, IDS);
      expect(command).toEqual({
        kind: 'mistake',
        message: expect.stringMatching(/^[^\n]{10,120}$/),
      });
    },
  );

  it('put help first, whatever else is asked', () => {
    expect(parseOptions(['--help', '--json'], IDS)).toEqual({ kind: 'help' });
  });

  it('are all explained by the help text, within 110 columns', () => {
    const help = helpText(IDS);
    for (const option of [
      '--requests',
      '--scenario',
      '--only',
      '--report',
      '--json',
      '--help',
      ...IDS,
    ])
      expect(help).toContain(option);
    expect(Math.max(...help.split('\n').map((line) => line.length))).toBeLessThanOrEqual(110);
  });
});
