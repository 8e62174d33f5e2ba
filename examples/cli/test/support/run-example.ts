import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

// On the packages' sources, as jest does: a test must not depend on when somebody last built them.
const sources = new URL('../../../../test/support/sources.mjs', import.meta.url).href;

/** Runs an example to its end. */
export async function runExample(
  main: URL,
  ...args: string[]
): Promise<{ code: unknown; stdout: string; stderr: string }> {
  const child = spawn(
    process.execPath,
    ['--no-warnings', '--import', sources, fileURLToPath(main), ...args],
    {
      env: { ...process.env, NODE_OPTIONS: '' },
    },
  );
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk) => (stdout += chunk));
  child.stderr.on('data', (chunk) => (stderr += chunk));
  const [code] = await once(child, 'close');
  return { code, stdout, stderr };
}
