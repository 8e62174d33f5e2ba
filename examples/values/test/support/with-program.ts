import { afterAll, beforeAll, describe, it } from '@jest/globals';

/**
 * Tests that need a real server get one of their own. Where it is not on the machine they are skipped, and say so; in CI
 * that is a failure.
 */
export function withServer<Server extends { stop(): Promise<void> }>(
  name: string,
  needs: { readonly found: boolean; readonly debian: string },
  start: () => Promise<Server>,
  tests: (server: () => Server) => void,
): void {
  if (!needs.found) {
    const why = `${needs.debian} is not installed (Debian: apt-get install ${needs.debian})`;
    if (process.env['CI']) throw new Error(`In CI this suite is not left out: ${why}`);
    const { skip } = it;
    return skip(`${name}: skipped, because ${why}`, () => undefined);
  }
  describe(`${name}, on a real server`, () => {
    let server: Server | undefined;
    beforeAll(async () => {
      server = await start();
    }, 60_000);
    afterAll(() => server?.stop());
    tests(() => server as Server);
  });
}
