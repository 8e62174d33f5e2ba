// A user of that SDK: with a key, a function, a session, and a session made by another copy of unexpired.
import { Acme } from 'acme-sdk';
import { createTokenManager } from 'unexpired';
import { refreshTokenGrant } from '@unexpired/oauth';
import { fetch } from 'undici';

new Acme({ auth: 'key' });
new Acme({ auth: () => process.env.ACME_TOKEN, fetch });
new Acme({
  auth: async ({ rejected, signal }) => (await mint(rejected !== undefined, signal)).token,
});

const tokens = createTokenManager({
  refresh: refreshTokenGrant({ issuer: 'https://id.acme.com', clientId: 'app' }),
});
await new Acme({ auth: tokens }).widgets();
new Acme({
  auth: { getToken: async () => ({ accessToken: 'a' }), replaceRejected: async () => undefined },
}); // a double

// @ts-expect-error a key that may be missing is a mistake of the set-up
new Acme({ auth: process.env.ACME_KEY });
new Acme({
  // @ts-expect-error Azure's credential has a getToken too, of another shape, and nothing to replace a refused one with
  auth: { getToken: async (scope: string) => ({ token: scope, expiresOnTimestamp: 0 }) },
});

declare function mint(force: boolean, signal: AbortSignal | undefined): Promise<{ token: string }>;
