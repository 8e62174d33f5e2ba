import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
// On the packages' sources, as jest does: a test must not depend on when somebody last built them.
const sources = new URL('../../../packages/node/test/sources.mjs', import.meta.url).href;

async function example(...args: string[]): Promise<{ code: unknown; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, ['--no-warnings', '--import', sources, main, ...args], {
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk) => (stdout += chunk));
  child.stderr.on('data', (chunk) => (stderr += chunk));
  const [code] = await once(child, 'close');
  return { code, stdout, stderr };
}

describe('the command-line tool', () => {
  it('keeps many processes signed in: no refresh token twice, no request failed, other settings kept', async () => {
    const { code, stdout, stderr } = await example('--processes', '4', '--seconds', '4');
    expect(stderr).toBe('');
    expect(stdout).toMatch(/\d+ requests answered, 0 failed/);
    expect(stdout).toContain('0 refresh tokens used twice');
    expect(stdout).toContain('other settings in the file: kept');
    expect(code).toBe(0);
  }, 60_000);

  it('says what is wrong with an option', async () => {
    const { code, stderr } = await example('--processes', '0');
    expect(stderr).toContain('--processes: expected 1 to 200, got "0"');
    expect(code).toBe(1);
  });
});
