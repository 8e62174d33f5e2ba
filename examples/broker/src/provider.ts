// The provider and its API: a real authorization server, which rotates refresh tokens and ends the connection when one comes twice.
import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Provider } from 'oidc-provider';
import { createStorage } from './storage.ts';

const CLIENT_ID = 'broker';

export interface RunningProvider {
  readonly tokenEndpoint: string;
  /** Where the API is. */
  readonly api: string;
  readonly clientId: string;
  /** Refresh tokens redeemed, and refused because they had been redeemed before; requests that the API answered with a 401. */
  readonly seen: {
    readonly redemptions: number;
    readonly refusals: number;
    readonly unauthorized: number;
  };
  /** What a sign-in would have yielded. */
  newRefreshToken(): Promise<string>;
  /** The API refuses the access token that was issued last, as after a leak: each request can meet that once. */
  refuseNewest(): void;
  readonly isConnected: () => boolean;
  stop(): Promise<void>;
}

/** Seconds that an access token lives. */
const LIFETIME = 4;
/** Seconds for which the API takes it beyond that, as many do: a token that was good when it was sent may take a while to arrive. */
const LEEWAY = 5;

export async function startProvider(): Promise<RunningProvider> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const storage = createStorage();
  const provider = new Provider(origin, configurationOf(storage));
  const seen = { redemptions: 0, refusals: 0, unauthorized: 0 };
  provider.on('grant.success', () => seen.redemptions++);
  provider.on('grant.error', () => seen.refusals++);
  const oauth = provider.callback();
  let refused: string | undefined;
  const answerItems = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const [, sent = ''] = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '') ?? [];
    const token = await provider.AccessToken.find(sent, { ignoreExpiration: true });
    const isValid = token !== undefined && (token.exp ?? 0) + LEEWAY > Date.now() / 1000;
    const isGood = isValid && sent !== refused;
    if (!isGood) seen.unauthorized++;
    response.writeHead(isGood ? 200 : 401, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ ok: isGood }));
  };
  server.on('request', (request, response) => {
    void (request.url === '/api/items' ? answerItems(request, response) : oauth(request, response));
  });
  let grantId = '';
  return {
    tokenEndpoint: `${origin}/token`,
    api: `${origin}/api/items`,
    clientId: CLIENT_ID,
    seen,
    isConnected: () => storage.isAlive(grantId),
    refuseNewest: () => void (refused = storage.newest()),
    async newRefreshToken() {
      const client = await provider.Client.find(CLIENT_ID);
      if (client === undefined) throw new Error('no client');
      const grant = new provider.Grant({ accountId: 'ada', clientId: CLIENT_ID });
      grant.addOIDCScope('offline_access');
      grantId = await grant.save();
      const token = new provider.RefreshToken({
        ...{ accountId: 'ada', client, grantId, gty: 'authorization_code', rotations: 0 },
        ...{ scope: 'offline_access', expiresWithSession: false },
      });
      return token.save();
    },
    stop() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function configurationOf({ adapter }: ReturnType<typeof createStorage>) {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return {
    adapter,
    clients: [
      {
        client_id: CLIENT_ID,
        token_endpoint_auth_method: 'none' as const,
        redirect_uris: ['http://127.0.0.1/callback'],
        application_type: 'native' as const,
        id_token_signed_response_alg: 'ES256' as const,
        grant_types: ['authorization_code', 'refresh_token'],
      },
    ],
    cookies: { keys: [randomBytes(32).toString('base64url')] },
    jwks: {
      keys: [
        { ...privateKey.export({ format: 'jwk' }), kid: randomUUID(), use: 'sig', alg: 'ES256' },
      ],
    },
    scopes: ['offline_access'],
    features: { devInteractions: { enabled: false } },
    findAccount: (_context: unknown, id: string) => ({
      accountId: id,
      claims: () => ({ sub: id }),
    }),
    rotateRefreshToken: true,
    ttl: { AccessToken: LIFETIME, RefreshToken: 86_400, Grant: 86_400 },
  };
}
