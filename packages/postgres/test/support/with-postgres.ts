import { afterAll, beforeAll, describe, it } from '@jest/globals';
import { findProgram } from './find-program.ts';
import { type PostgresServer, startPostgresServer } from './postgres-server.ts';

/**
 * Tests that need a real PostgreSQL get one of their own, and PgBouncer before it, which are ended when they are over. Without
 * these programs on the machine they are skipped, and say so; in CI that is a failure.
 */
export function withPostgres(name: string, tests: (server: () => PostgresServer) => void): void {
  const missing = (['postgres', 'pgbouncer'] as const).filter(
    (program) => findProgram(program) === undefined,
  );
  if (missing.length > 0) {
    const why = `${missing.join(' and ')} not installed (Debian: apt-get install postgresql pgbouncer)`;
    const { skip } = it;
    if (process.env['CI']) throw new Error(`CI must have PostgreSQL and PgBouncer: ${why}`);
    return skip(`${name}: skipped, because ${why}`, () => undefined);
  }
  describe(`${name}, on a real PostgreSQL`, () => {
    let server: PostgresServer | undefined;
    beforeAll(async () => {
      server = await startPostgresServer();
    }, 60_000);
    afterAll(() => server?.stop());
    tests(() => server as PostgresServer);
  });
}
