// `npm run example:cli`: many processes of one tool on one credentials file, against a server that takes no refresh token twice.
import { fork } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { carryOut } from '@unexpired/example-command-line';
import { simulatedServer } from '@unexpired/testing';
import { serve } from '@unexpired/testing/node';
import { HELP, type Options, parseOptions } from './options.ts';

const LIFETIME = 3000;

interface Report {
  readonly answered: number;
  readonly failures: readonly string[];
}

process.exitCode = await carryOut(
  'example:cli',
  parseOptions(process.argv.slice(2)),
  () => HELP,
  run,
);

async function run({ processes, seconds }: Options): Promise<number> {
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
  const settings = { theme: 'dark', auth, editor: { tabSize: 2 } };
  await writeFile(file, `${JSON.stringify(settings, null, 2)}\n`, { mode: 0o600 });

  process.stdout.write(
    `${processes} processes on one file for ${seconds} s, access tokens that last ${LIFETIME} ms ...\n`,
  );
  const tools = Array.from({ length: processes }, () => startTool([file, origin, tokenEndpoint]));
  try {
    await Promise.all(tools.map(({ ready }) => ready));
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
    const reports = await Promise.all(tools.map(({ stop }) => stop()));
    return show(reports, server.counters, await areKept(file));
  } finally {
    for (const { kill } of tools) kill();
    await close();
    await rm(folder, { recursive: true });
  }
}

function startTool(args: readonly string[]) {
  const child = fork(new URL('./tool.ts', import.meta.url), args);
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
}

/** Are the other settings in the file as they were? */
async function areKept(file: string): Promise<boolean> {
  const config = JSON.parse(await readFile(file, 'utf8')) as {
    theme?: unknown;
    editor?: { tabSize?: unknown };
  };
  return config.theme === 'dark' && config.editor?.tabSize === 2;
}

/** Prints what was seen. Returns the exit status. */
function show(
  reports: readonly Report[],
  { rotations, reuseDetections, calls }: ReturnType<typeof simulatedServer>['counters'],
  kept: boolean,
): number {
  const answered = reports.reduce((sum, report) => sum + report.answered, 0);
  const failures = reports.flatMap((report) => report.failures);
  process.stdout.write(
    [
      `  ${answered} requests answered, ${failures.length} failed`,
      `  ${calls} refreshes for ${rotations} expiries, ${reuseDetections} refresh tokens used twice`,
      `  other settings in the file: ${kept ? 'kept' : 'LOST'}`,
      ...[...new Set(failures)].slice(0, 5).map((failure) => `  ${failure}`),
      '',
    ].join('\n'),
  );
  const isFine =
    failures.length === 0 &&
    answered > 0 &&
    rotations > 0 &&
    calls === rotations &&
    reuseDetections === 0 &&
    kept;
  return isFine ? 0 : 1;
}
