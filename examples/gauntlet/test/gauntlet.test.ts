import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Cell } from '../src/cells.ts';
import type { Recorded } from '../src/report/run.ts';

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const writePage = fileURLToPath(new URL('./print-page.ts', import.meta.url));
const root = fileURLToPath(new URL('../../../', import.meta.url));
// On the packages' sources, as jest does: a test must not depend on when somebody last built them.
const sources = new URL('../../../test/support/sources.mjs', import.meta.url).href;

interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

async function run(...args: string[]): Promise<Finished> {
  const child = spawn(process.execPath, ['--no-warnings', '--import', sources, ...args], {
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk) => (stdout += chunk));
  child.stderr.on('data', (chunk) => (stderr += chunk));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  return { code, stdout, stderr };
}

const readText = (file: string): Promise<string> =>
  readFile(new URL(file, import.meta.url), 'utf8');

/** What a promise of ours depends on; how many were answered in a scenario that lets them fail does not. */
function essence({ contender, scenario, result, broken }: Cell): object {
  if (result.kind === 'without') return { contender, scenario, without: result.reason };
  const { asked, hung, reuses, session, afterwards } = result.observed;
  return { contender, scenario, broken, asked, hung, reuses, session, afterwards };
}

describe('the gauntlet', () => {
  let folder = '';
  let recorded: Recorded;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'unexpired-gauntlet-'));
    recorded = JSON.parse(await readText('../recorded.json')) as Recorded;
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('sees in our cells what is recorded of them, and each of them passes', async () => {
    const report = path.join(folder, 'report.html');
    const { code, stdout, stderr } = await run(main, '--short', '--json', '--report', report);
    const { cells } = JSON.parse(stdout) as { readonly cells: readonly Cell[] };
    const played = cells.map(({ contender, scenario }) => `${contender} ${scenario}`);
    const before = recorded.cells.filter(
      ({ contender, scenario, retry }) =>
        retry === undefined && played.includes(`${contender} ${scenario}`),
    );
    expect(cells.map(essence)).toEqual(before.map(essence));
    expect(new Set(cells.map(({ contender }) => contender)).size).toBe(4);
    expect(cells.filter(({ broken }) => broken.length > 0)).toEqual([]);
    expect(code).toBe(0);
    const page = await readFile(report, 'utf8');
    expect(page).toContain('How each is set up');
    // No token of the servers in anything that is written; theirs start like this.
    for (const output of [page, stdout, stderr]) expect(output).not.toMatch(/sim-\w|eyJ/);
  }, 240_000);

  it('has recorded each contender in each scenario, and shows in docs/gauntlet.md what it recorded', async () => {
    const { stdout } = await run(writePage);
    expect(stdout.replaceAll('\r\n', '\n')).toBe(await readText('../../../docs/gauntlet.md'));
    const plain = recorded.cells.filter(({ retry }) => retry === undefined);
    const contenders = new Set(plain.map(({ contender }) => contender));
    const scenarios = new Set(plain.map(({ scenario }) => scenario));
    expect([contenders.size, scenarios.size]).toEqual([16, 21]);
    expect(plain).toHaveLength(16 * 21);
  }, 60_000);

  it.each([
    [['--only', 'axios'], '--only: there is no "axios"; expected one or more of unexpired-axios, '],
    [['--scenarios='], '--scenarios: there is no ""; expected one or more of burst, '],
    [['--retry', 'maybe'], '--retry: there is no "maybe"; expected one or more of none, '],
    [['--report='], '--report: expected the path of a file to write'],
    [['--report', root], '--report: '],
    [['--report', path.join(main, 'a.html')], '--report: '],
    [['--short', '--only', 'failed-queue'], 'Nothing is left to play: '],
    [['--only', 'mcp-sdk', '--retry', 'inside'], 'Nothing is left to play: '],
    [['--shot'], "Unknown option '--shot'"],
    [['burst'], "Unexpected argument 'burst'"],
  ])(
    'answers %j with a sentence, without a stack trace',
    async (args, sentence) => {
      const { code, stdout, stderr } = await run(main, ...args);
      expect(stderr.startsWith(sentence)).toBe(true);
      expect(stderr.split('\n').slice(1)).toEqual(['Try npm run gauntlet -- --help', '']);
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    },
    60_000,
  );

  it('helps, within 110 columns', async () => {
    const { code, stdout } = await run(main, '--help');
    for (const option of [
      '--only',
      '--scenarios',
      '--retry',
      '--short',
      '--record',
      '--report',
      '--json',
    ])
      expect(stdout).toContain(option);
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(110);
    expect(code).toBe(0);
  }, 60_000);
});
