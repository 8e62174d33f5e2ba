import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
import { type ClientMetadata, type Configuration, type JWK, Provider } from 'oidc-provider';
import { listen } from './listen.ts';
import { providerStorage } from './provider-storage.ts';

/** A real authorization server: refresh tokens rotate, and a reused one revokes the grant. */
export interface TestProvider {
  readonly issuer: string;
  readonly tokenEndpoint: string;
  readonly revocationEndpoint: string;
  /** How often a grant was revoked over a reused refresh token. */
  readonly reuseDetections: () => number;
  /** What a sign-in would have yielded. */
  refreshTokenFor(clientId: string, thumbprint?: string): Promise<string>;
  isLive(refreshToken: string): Promise<boolean>;
  isLiveAccess(accessToken: string): Promise<boolean>;
  stop(): Promise<void>;
}

const SCOPE = 'offline_access';

export async function startProvider(clients: ClientMetadata[]): Promise<TestProvider> {
  const { origin, server, stop } = await listen();
  const provider = new Provider(origin, configuration(clients));
  const handle = provider.callback();
  server.on('request', (request, response) => void handle(request, response));
  let reuseDetections = 0;
  provider.on('grant.revoked', () => (reuseDetections += 1));

  return {
    issuer: origin,
    tokenEndpoint: `${origin}/token`,
    revocationEndpoint: `${origin}/token/revocation`,
    reuseDetections: () => reuseDetections,
    async refreshTokenFor(clientId, thumbprint) {
      const client = await provider.Client.find(clientId);
      if (client === undefined) throw new Error(`no client ${clientId}`);
      const grant = new provider.Grant({ accountId: 'ada', clientId });
      grant.addOIDCScope(SCOPE);
      const grantId = await grant.save();
      const token = new provider.RefreshToken({
        accountId: 'ada',
        client,
        grantId,
        gty: 'authorization_code',
        scope: SCOPE,
        expiresWithSession: false,
        rotations: 0,
      });
      if (thumbprint !== undefined) Object.assign(token, { jkt: thumbprint });
      return token.save();
    },
    async isLive(refreshToken) {
      const found = await provider.RefreshToken.find(refreshToken);
      return found !== undefined && found.isValid;
    },
    isLiveAccess: async (accessToken) =>
      ((await provider.AccessToken.find(accessToken)) ??
        (await provider.ClientCredentials.find(accessToken))) !== undefined,
    stop,
  };
}

/** What a proxy that ends mutual TLS puts the subject of the client's certificate into. */
export const SUBJECT_HEADER = 'x-client-subject';

const CLIENT = {
  redirect_uris: ['http://127.0.0.1/callback'],
  application_type: 'native',
  id_token_signed_response_alg: 'ES256',
  grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
} as const;

function configuration(clients: ClientMetadata[]): Configuration {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const key = {
    ...privateKey.export({ format: 'jwk' }),
    kid: randomUUID(),
    use: 'sig',
    alg: 'ES256',
  } as JWK;
  return {
    // Not as static clients: those are cloned by the platform, and in a test runner's realm its objects are not plain ones.
    adapter: providerStorage(
      clients.map((client) => ({
        ...CLIENT,
        ...client,
        redirect_uris: [...CLIENT.redirect_uris],
        grant_types: [...CLIENT.grant_types],
      })),
    ),
    clientAuthMethods: [
      'none',
      'client_secret_basic',
      'client_secret_post',
      'client_secret_jwt',
      'private_key_jwt',
      'tls_client_auth',
    ],
    cookies: { keys: [randomBytes(32).toString('base64url')] },
    jwks: { keys: [key] },
    scopes: ['openid', 'offline_access', 'billing', 'payroll'],
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      revocation: {
        enabled: true,
        allowedPolicy: (_context, client, token) => token.clientId === client.clientId,
      },
      dPoP: { enabled: true, nonceSecret: randomBytes(32), requireNonce: () => true },
      mTLS: {
        enabled: true,
        tlsClientAuth: true,
        getCertificate: (context) => context.get(SUBJECT_HEADER) || undefined,
        certificateAuthorized: () => true,
        certificateSubjectMatches: (context, _property, expected) =>
          context.get(SUBJECT_HEADER) === expected,
      },
    },
    findAccount: (_context, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
    rotateRefreshToken: true,
    ttl: {
      AccessToken: 3600,
      ClientCredentials: 600,
      RefreshToken: 86_400,
      Grant: 86_400,
      Session: 86_400,
    },
  };
}
