// `npm run example:cli`: many processes of one tool on one credentials file, against a server that takes no refresh token twice.
import { fork } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { simulatedServer } from '@unexpired/testing';
import { serve } from '@unexpired/testing/node';
import { optionsFrom } from './options.ts';

const LIFETIME = 3000;
const { processes, seconds } = optionsFrom(process.argv.slice(2));
const server = simulatedServer({ mode: 'revokes', accessTokenLifetime: LIFETIME });
const { origin, tokenEndpoint, close } = await serve(server);
const folder = await mkdtemp(path.join(tmpdir(), 'unexpired-cli-'));
const file = path.join(folder, 'config.json');

// An older version of the tool had signed in, and kept its settings in the same file.
const answer = server.login();
const auth = {
  bearer: answer.access_token,
  renewal: answer.refresh_token,
  until: Date.now() + LIFETIME,
};
await writeFile(
  file,
  `${JSON.stringify({ theme: 'dark', auth, editor: { tabSize: 2 } }, null, 2)}\n`,
  { mode: 0o600 },
);

interface Report {
  readonly answered: number;
  readonly failures: readonly string[];
}

const run = () => {
  const child = fork(new URL('./tool.ts', import.meta.url), [file, origin, tokenEndpoint]);
  const ended = new Promise<never>((_resolve, reject) =>
    child.once('exit', (code) => reject(new Error(`the tool ended with ${code}`))),
  );
  ended.catch(() => undefined); // it is to end after its report
  const message = (): Promise<unknown> =>
    Promise.race([new Promise((resolve) => child.once('message', resolve)), ended]);
  return {
    /** Resolves after its first requests. */
    ready: message(),
    stop(): Promise<Report> {
      const report = message() as Promise<Report>;
      child.send('stop');
      return report;
    },
    kill: () => void child.kill(),
  };
};

process.stdout.write(
  `${processes} processes on one file for ${seconds} s, access tokens that last ${LIFETIME} ms ...\n`,
);
const tools = Array.from({ length: processes }, run);
try {
  await Promise.all(tools.map(({ ready }) => ready));
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  const reports = await Promise.all(tools.map(({ stop }) => stop()));
  const answered = reports.reduce((sum, report) => sum + report.answered, 0);
  const failures = reports.flatMap((report) => report.failures);
  const { rotations, reuseDetections, calls } = server.counters;
  const config = JSON.parse(await readFile(file, 'utf8')) as {
    theme?: unknown;
    editor?: { tabSize?: unknown };
  };
  const kept = config.theme === 'dark' && config.editor?.tabSize === 2;
  process.stdout.write(
    [
      `  ${answered} requests answered, ${failures.length} failed`,
      `  ${calls} refreshes for ${rotations} expiries, ${reuseDetections} refresh tokens used twice`,
      `  other settings in the file: ${kept ? 'kept' : 'LOST'}`,
      ...[...new Set(failures)].slice(0, 5).map((failure) => `  ${failure}`),
      '',
    ].join('\n'),
  );
  process.exitCode =
    failures.length === 0 &&
    answered > 0 &&
    rotations > 0 &&
    calls === rotations &&
    reuseDetections === 0 &&
    kept
      ? 0
      : 1;
} finally {
  for (const { kill } of tools) kill();
  await close();
  await rm(folder, { recursive: true });
}
