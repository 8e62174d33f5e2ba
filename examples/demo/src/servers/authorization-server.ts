import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Configuration, type JWK, Provider } from 'oidc-provider';
import { now } from '../clock.ts';
import type { TokenResponse } from '@unexpired/example-contenders/contender';
import type { Ledger, RedemptionResult } from './ledger.ts';
import { type Listening, listen } from './listen.ts';
import { createTokenStorage } from './token-store.ts';

const CLIENT_ID = 'demo';
const ACCOUNT_ID = 'ada';
const SCOPE = 'orders';
const OFFLINE = 'offline_access';
/** Seconds. Renewed access tokens outlive every contest, so that one refresh is always enough. */
const RENEWED_LIFETIME = 3600;
const SESSION_LIFETIME = 24 * 3600;
/** Ms that a call travels before the token endpoint sees it. */
export const TOKEN_LATENCY = 60;

/** The authorization server that the project is for: refresh tokens rotate, and a reused one revokes the whole grant. */
export interface AuthorizationServer {
  readonly issuer: string;
  readonly tokenEndpoint: string;
  readonly clientId: string;
  readonly listening: Listening;
  /** What a login for `resource` (RFC 8707) would have given. `lifetime` in seconds: how long the first access token is good for. */
  login(lifetime: number, resource: string): Promise<TokenResponse>;
  isAccessTokenGood(accessToken: string): Promise<boolean>;
  /** Takes an access token back before its time, as an operator or a password change does. */
  revokeAccessToken(accessToken: string): Promise<void>;
  isSessionAlive(): boolean;
}

export async function startAuthorizationServer(ledger: Ledger): Promise<AuthorizationServer> {
  const storage = createTokenStorage();
  const listening = await listen();
  const provider = new Provider(listening.origin, configuration(storage.adapter));
  const record = recordCalls(provider, ledger);
  const handle = provider.callback();
  listening.server.on('request', (request, response) => {
    // The MCP clients ask for its metadata, too.
    if (request.url === '/token') record(request, response);
    setTimeout(() => void handle(request, response), TOKEN_LATENCY);
  });
  let grantId: string | undefined;

  return {
    issuer: listening.origin,
    tokenEndpoint: `${listening.origin}/token`,
    clientId: CLIENT_ID,
    listening,
    async login(lifetime, resource) {
      const client = await provider.Client.find(CLIENT_ID);
      if (!client)
        throw new Error(`The authorization server does not know its client "${CLIENT_ID}".`);
      const grant = new provider.Grant({ accountId: ACCOUNT_ID, clientId: CLIENT_ID });
      grant.addOIDCScope(OFFLINE);
      grant.addResourceScope(resource, SCOPE);
      grantId = await grant.save();
      const shared = {
        accountId: ACCOUNT_ID,
        client,
        grantId,
        gty: 'authorization_code',
        expiresWithSession: false,
      };
      const refreshToken = new provider.RefreshToken({
        ...shared,
        scope: `${OFFLINE} ${SCOPE}`,
        rotations: 0,
      });
      Object.assign(refreshToken, { resource });
      const accessToken = new provider.AccessToken({
        ...shared,
        scope: SCOPE,
        expiresIn: lifetime,
      });
      Object.assign(accessToken, { aud: resource });
      return {
        access_token: await accessToken.save(),
        token_type: 'Bearer',
        expires_in: lifetime,
        refresh_token: await refreshToken.save(),
        scope: SCOPE,
      };
    },
    async isAccessTokenGood(accessToken) {
      const found = await provider.AccessToken.find(accessToken);
      return found !== undefined && !found.isExpired;
    },
    async revokeAccessToken(accessToken) {
      await (await provider.AccessToken.find(accessToken))?.destroy();
    },
    isSessionAlive: () => grantId !== undefined && storage.isAlive(grantId),
  };
}

function configuration(adapter: Configuration['adapter']): Configuration {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const key = {
    ...privateKey.export({ format: 'jwk' }),
    kid: randomUUID(),
    use: 'sig',
    alg: 'ES256',
  } as JWK;
  return {
    ...(adapter ? { adapter } : {}),
    clients: [
      {
        client_id: CLIENT_ID,
        token_endpoint_auth_method: 'none',
        grant_types: ['authorization_code', 'refresh_token'],
        redirect_uris: ['http://127.0.0.1/callback'],
        application_type: 'native',
        id_token_signed_response_alg: 'ES256',
      },
    ],
    cookies: { keys: [randomBytes(32).toString('base64url')] },
    jwks: { keys: [key] },
    scopes: ['openid', OFFLINE, SCOPE],
    features: {
      devInteractions: { enabled: false },
      resourceIndicators: {
        enabled: true,
        useGrantedResource: () => true,
        getResourceServerInfo: (_context, audience) => ({
          scope: SCOPE,
          audience,
          accessTokenFormat: 'opaque',
          accessTokenTTL: RENEWED_LIFETIME,
        }),
      },
    },
    findAccount: (_context, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
    rotateRefreshToken: true,
    ttl: {
      AccessToken: RENEWED_LIFETIME,
      RefreshToken: SESSION_LIFETIME,
      Grant: SESSION_LIFETIME,
      Session: SESSION_LIFETIME,
    },
  };
}

/** Writes into the ledger what the provider itself reports about each call. */
function recordCalls(provider: Provider, ledger: Ledger) {
  const results = new WeakMap<IncomingMessage, RedemptionResult>();
  provider.on('grant.success', ({ req }) => results.set(req, 'rotated'));
  provider.on('grant.revoked', ({ req }) => {
    results.set(req, 'reuse');
    ledger.reuseDetected();
  });
  return (request: IncomingMessage, response: ServerResponse): void => {
    const redemption = ledger.redemption();
    response.once('finish', () => {
      redemption.until = now();
      redemption.result = results.get(request) ?? 'refused';
    });
  };
}
