import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
import { Provider } from 'oidc-provider';
import { listen } from '../../../oauth/test/support/listen.ts';
import { providerStorage } from '../../../oauth/test/support/provider-storage.ts';

export const CLIENT_ID = 'cli';

/** A real authorization server, and what it saw. */
export interface StrictProvider {
  readonly tokenEndpoint: string;
  readonly revocationEndpoint: string;
  /** Refresh tokens redeemed well. */
  readonly redemptions: number;
  /** Redemptions refused. */
  readonly refusals: number;
  /** Grants revoked, because a refresh token came twice or was signed out. */
  readonly revocations: number;
  /** What a sign-in would have yielded. */
  newRefreshToken(): Promise<string>;
  isLiveAccess(accessToken: string): Promise<boolean>;
  isLive(refreshToken: string): Promise<boolean>;
  stop(): Promise<void>;
}

/** `rotate`: refresh tokens are good for one redemption, and a second one revokes the grant. */
export async function startStrictProvider(
  { rotate }: { readonly rotate: boolean } = { rotate: true },
): Promise<StrictProvider> {
  const { origin, server, stop } = await listen();
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const provider = new Provider(origin, {
    adapter: providerStorage([
      {
        client_id: CLIENT_ID,
        token_endpoint_auth_method: 'none',
        redirect_uris: ['http://127.0.0.1/callback'],
        application_type: 'native',
        id_token_signed_response_alg: 'ES256',
        grant_types: ['authorization_code', 'refresh_token'],
      },
    ]),
    cookies: { keys: [randomBytes(32).toString('base64url')] },
    jwks: {
      keys: [
        { ...privateKey.export({ format: 'jwk' }), kid: randomUUID(), use: 'sig', alg: 'ES256' },
      ],
    },
    scopes: ['offline_access'],
    features: {
      devInteractions: { enabled: false },
      revocation: { enabled: true, allowedPolicy: () => true },
    },
    findAccount: (_context, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
    rotateRefreshToken: rotate,
    ttl: { AccessToken: 3600, RefreshToken: 86_400, Grant: 86_400 },
  });
  const handle = provider.callback();
  server.on('request', (request, response) => void handle(request, response));
  const seen = { redemptions: 0, refusals: 0, revocations: 0 };
  provider.on('grant.success', () => seen.redemptions++);
  provider.on('grant.error', () => seen.refusals++);
  provider.on('grant.revoked', () => seen.revocations++);

  return {
    tokenEndpoint: `${origin}/token`,
    revocationEndpoint: `${origin}/token/revocation`,
    get redemptions() {
      return seen.redemptions;
    },
    get refusals() {
      return seen.refusals;
    },
    get revocations() {
      return seen.revocations;
    },
    async newRefreshToken() {
      const client = await provider.Client.find(CLIENT_ID);
      if (client === undefined) throw new Error('no client');
      const grant = new provider.Grant({ accountId: 'ada', clientId: CLIENT_ID });
      grant.addOIDCScope('offline_access');
      const token = new provider.RefreshToken({
        accountId: 'ada',
        client,
        grantId: await grant.save(),
        gty: 'authorization_code',
        scope: 'offline_access',
        expiresWithSession: false,
        rotations: 0,
      });
      return token.save();
    },
    isLiveAccess: async (accessToken) =>
      (await provider.AccessToken.find(accessToken)) !== undefined,
    async isLive(refreshToken) {
      const found = await provider.RefreshToken.find(refreshToken);
      return found?.isValid === true;
    },
    stop,
  };
}
