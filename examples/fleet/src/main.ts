// `npm run example:fleet`: many workers, many sessions, one Redis, against a server that takes no refresh token twice.
import { type ChildProcess, fork } from 'node:child_process';
import { simulatedServer } from '@unexpired/testing';
import { serve } from '@unexpired/testing/node';
import { Redis } from 'ioredis';
import { optionsFrom } from './options.ts';
import { startRedis } from './redis-server.ts';
import { sessionsOn } from './sessions.ts';

const LIFETIME = 5000;
const options = optionsFrom(process.argv.slice(2));
const redisServer = await startRedis();
const server = simulatedServer({ mode: 'revokes', accessTokenLifetime: LIFETIME });
const { origin, tokenEndpoint, close } = await serve(server);

interface Report {
  readonly answered: number;
  readonly failures: readonly string[];
}

/** Resolves with the next thing that a worker says. */
const message = <T>(worker: ChildProcess): Promise<T> =>
  new Promise((resolve, reject) => {
    const onExit = (code: number | null): void => reject(new Error(`a worker ended with ${code}`));
    worker.once('exit', onExit);
    worker.once('message', (said) => {
      worker.off('exit', onExit);
      resolve(said as T);
    });
  });

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
  await Promise.all(workers.map((worker) => message(worker)));
  await new Promise((resolve) => setTimeout(resolve, options.seconds * 1000));
  const reports = await Promise.all(
    workers.map((worker) => {
      const report = message<Report>(worker);
      worker.send('stop');
      return report;
    }),
  );
  const answered = reports.reduce((sum, report) => sum + report.answered, 0);
  const failures = reports.flatMap((report) => report.failures);
  const { rotations, reuseDetections, calls } = server.counters;

  // A sign-out here ends the session for every worker.
  await sessions.get('0').signOut();
  const record = String(await redis.hget('session:0', 'record'));
  const ended = record.includes('"signedOut"') && !record.includes('refreshToken');
  process.stdout.write(
    [
      `  ${answered} requests answered, ${failures.length} failed`,
      `  ${calls} refreshes for ${rotations} expiries, ${reuseDetections} refresh tokens used twice`,
      `  signed out: ${ended ? 'no token of that session is left in Redis' : 'A TOKEN IS STILL THERE'}`,
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
    ended
      ? 0
      : 1;
} finally {
  for (const worker of workers) worker.kill();
  await sessions.close();
  redis.disconnect();
  redisServer.stop();
  await close();
}
