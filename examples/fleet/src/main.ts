// `npm run example:fleet`: many workers, many sessions, one Redis, against a server that takes no refresh token twice.
import { type ChildProcess, fork } from 'node:child_process';
import { carryOut } from '@unexpired/example-command-line';
import { simulatedServer } from '@unexpired/testing';
import { serve } from '@unexpired/testing/node';
import { Redis } from 'ioredis';
import { HELP, type Options, parseOptions } from './options.ts';
import { startRedis } from './redis-server.ts';
import { sessionsOn } from './sessions.ts';

const LIFETIME = 5000;

interface Report {
  readonly answered: number;
  readonly failures: readonly string[];
}

process.exitCode = await carryOut(
  'example:fleet',
  parseOptions(process.argv.slice(2)),
  () => HELP,
  run,
);

async function run(options: Options): Promise<number> {
  const redisServer = await startRedis();
  const server = simulatedServer({ mode: 'revokes', accessTokenLifetime: LIFETIME });
  const { origin, tokenEndpoint, close } = await serve(server);

  // The sign-ins: what a login page would do.
  const redis = new Redis(redisServer.port, '127.0.0.1');
  const sessions = sessionsOn(redis, tokenEndpoint);
  await Promise.all(
    Array.from({ length: options.sessions }, (_, id) =>
      sessions.get(String(id)).setSession(server.login()),
    ),
  );

  process.stdout.write(
    `${options.workers} workers, ${options.sessions} sessions in one Redis for ${options.seconds} s, access tokens that last ${LIFETIME} ms ...\n`,
  );
  const started = [String(redisServer.port), origin, tokenEndpoint, String(options.sessions)];
  const workers = Array.from({ length: options.workers }, () =>
    fork(new URL('./worker.ts', import.meta.url), started),
  );
  try {
    const reports = await reportsOf(workers, options.seconds);
    const counters = { ...server.counters };
    // A sign-out here ends the session for every worker.
    await sessions.get('0').signOut();
    const record = String(await redis.hget('session:0', 'record'));
    const ended = record.includes('"signedOut"') && !record.includes('refreshToken');
    return show(reports, counters, ended);
  } finally {
    for (const worker of workers) worker.kill();
    await sessions.close();
    redis.disconnect();
    redisServer.stop();
    await close();
  }
}

/** Lets them work, and ends them. */
async function reportsOf(workers: readonly ChildProcess[], seconds: number): Promise<Report[]> {
  await Promise.all(workers.map((worker) => message(worker)));
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  return await Promise.all(
    workers.map((worker) => {
      const report = message<Report>(worker);
      worker.send('stop');
      return report;
    }),
  );
}

/** Resolves with the next thing that a worker says. */
function message<T>(worker: ChildProcess): Promise<T> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null): void => reject(new Error(`a worker ended with ${code}`));
    worker.once('exit', onExit);
    worker.once('message', (said) => {
      worker.off('exit', onExit);
      resolve(said as T);
    });
  });
}

/** Prints what was seen. Returns the exit status. */
function show(
  reports: readonly Report[],
  { rotations, reuseDetections, calls }: ReturnType<typeof simulatedServer>['counters'],
  ended: boolean,
): number {
  const answered = reports.reduce((sum, report) => sum + report.answered, 0);
  const failures = reports.flatMap((report) => report.failures);
  process.stdout.write(
    [
      `  ${answered} requests answered, ${failures.length} failed`,
      `  ${calls} refreshes for ${rotations} expiries, ${reuseDetections} refresh tokens used twice`,
      `  signed out: ${ended ? 'no token of that session is left in Redis' : 'A TOKEN IS STILL THERE'}`,
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
    ended;
  return isFine ? 0 : 1;
}
