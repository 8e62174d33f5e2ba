import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readRecorded, type Shown, withTable } from '../src/report/readme.ts';
import type { Result } from '../src/result.ts';

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const sources = new URL('../../../test/support/sources.mjs', import.meta.url).href;
const brokenAdapter = new URL('./broken-adapter.mjs', import.meta.url).href;
let folder = '';

interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'unexpired-demo-'));
});
afterAll(() => rm(folder, { recursive: true }));

function demo(...args: string[]): Promise<Finished> {
  return run([main, ...args]);
}

async function run(args: readonly string[]): Promise<Finished> {
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

function resultsOf(stdout: string): Record<string, Result> {
  const { results } = JSON.parse(stdout) as { results: Result[] };
  return Object.fromEntries(results.map((result) => [result.id, result]));
}

/** What is the same for 10 requests as for 100, and in each run: whether one gets through before the session is over is chance. */
function essence({ id, ours, reuseDetections, session, failed }: Shown): object {
  return { id, ours, reuseDetections, session, isWhole: failed === 0 };
}

describe('the demo', () => {
  it('finds 1 refresh, 0 reuse detections and every request answered for each of ours', async () => {
    const report = path.join(folder, 'expired.html');
    const { code, stdout, stderr } = await demo('--requests', '10', '--json', '--report', report);
    expect(stderr).toContain('Firing 10 concurrent requests');
    expect(stderr).not.toContain('[mcp-sdk]');
    const results = resultsOf(stdout);
    expect(Object.keys(results)).toHaveLength(10);
    for (const id of ['unexpired-axios', 'unexpired-fetch', 'unexpired-ky', 'unexpired-mcp']) {
      expect(results[id]).toMatchObject({
        tokenEndpointCalls: 1,
        reuseDetections: 0,
        session: 'alive',
        succeeded: 10,
        failed: 0,
        callersServed: 10,
        cutAtDeadline: false,
        api: { requests: 10, unauthorized: 0 },
      });
    }
    expect(results.interceptor).toMatchObject({ tokenEndpointCalls: 10, session: 'revoked' });
    expect(results['ky-recipe']).toMatchObject({ tokenEndpointCalls: 10, session: 'revoked' });
    expect(results['failed-queue']).toMatchObject({ reuseDetections: 0, succeeded: 10 });
    expect(results['mcp-sdk']).toMatchObject({ reuseDetections: 1, session: 'revoked' });
    expect(results['axios-auth-refresh']).toMatchObject({
      tokenEndpointCalls: 1,
      session: 'alive',
      succeeded: 1,
    });
    expect(code).toBe(0);
    const recorded = await readRecorded();
    expect(Object.values(results).map(essence)).toEqual(recorded.map(essence));
    const page = await readFile(report, 'utf8');
    expect(page).toContain('10 requests at once, one refresh');
    // oidc-provider's tokens are 43 such characters, and nothing else here is as long.
    for (const output of [page, stdout, stderr]) expect(output).not.toMatch(/[\w-]{40}/);
  }, 60_000);

  it('shows in the README what was recorded, and ours with one refresh and every request answered', async () => {
    const page = await readFile(new URL('../../../README.md', import.meta.url), 'utf8');
    const recorded = await readRecorded();
    expect(withTable(page, recorded)).toBe(page);
    const ours = { tokenEndpointCalls: 1, reuseDetections: 0, session: 'alive', succeeded: 100 };
    expect(recorded).toHaveLength(10);
    for (const one of recorded.filter((result) => result.ours)) expect(one).toMatchObject(ours);
  });

  it('finds the same when the server takes the access token back early, so that every request meets a 401', async () => {
    const only = 'unexpired-axios,unexpired-fetch,unexpired-ky,unexpired-mcp';
    const { code, stdout } = await demo(
      '--requests=70',
      '--scenario=revoked',
      `--only=${only}`,
      '--json',
      `--report=${path.join(folder, 'revoked.html')}`,
    );
    const results = resultsOf(stdout);
    for (const id of only.split(',')) {
      expect(results[id]).toMatchObject({
        tokenEndpointCalls: 1,
        reuseDetections: 0,
        session: 'alive',
        succeeded: 70,
        callersServed: 70,
      });
      expect(results[id]?.api.unauthorized).toBeGreaterThan(0);
      expect(results[id]?.api.connections.atOnce).toBe(64);
    }
    expect(code).toBe(0);
  }, 60_000);

  it('ends with exit status 1 and says why when one of ours breaks its promise', async () => {
    const args = [
      '--requests=2',
      '--only=unexpired-axios',
      `--report=${path.join(folder, 'broken.html')}`,
    ];
    const { code, stdout } = await run(['--import', brokenAdapter, main, ...args]);
    expect(stdout).toContain('Unexpired on axios: 0 token-endpoint calls instead of 1');
    expect(stdout).toContain('Unexpired on axios: the API answered 0 of 2 requests');
    expect(code).toBe(1);
  }, 60_000);

  it('answers a mistake with one sentence and exit status 2', async () => {
    const { code, stdout, stderr } = await demo('--requests', 'lots');
    expect({ code, stdout, stderr }).toEqual({
      code: 2,
      stdout: '',
      stderr:
        '--requests: expected a whole number from 1 to 10000, got "lots"\nTry npm run demo -- --help\n',
    });
  });

  it('says before it runs that its report cannot be written', async () => {
    const { code, stdout, stderr } = await demo('--report', folder);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(
      /^--report: .* cannot be written \(E\w+\)\nTry npm run demo -- --help\n$/,
    );
  });

  it('helps', async () => {
    const { code, stdout } = await demo('--help');
    expect(stdout).toContain('Usage: npm run demo');
    expect(code).toBe(0);
  });
});
