import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
import { type Configuration, Provider } from 'oidc-provider';
import { CLIENT_ID } from '../client-id.ts';
import { type Listening, listen } from './listen.ts';
import { answerLogin } from './login-page.ts';
import { createStorage } from './storage.ts';

/** What the authorization server saw, of all clients. */
export interface Seen {
  /** Login pages that were opened. */
  logins: number;
  /** Clients that registered themselves. */
  registrations: number;
  /** Refresh tokens that were redeemed well, and calls of the token endpoint that were refused. */
  redemptions: number;
  refusals: number;
  /** Sessions that were ended because a refresh token came twice. */
  reuses: number;
  /** The `resource` of each call of the token endpoint. */
  resources: (string | undefined)[];
}

/** The tokens of a login, without a login. */
export interface Minted {
  readonly access_token: string;
  readonly refresh_token: string;
  readonly token_type: 'Bearer';
  readonly expires_in: number;
  readonly scope: string;
}

export interface AuthorizationServer {
  readonly issuer: string;
  readonly seen: Seen;
  /** Tokens for a client that is registered in advance. `lifetime` of the access token in seconds. */
  mint(clientId: string, resource: string, lifetime: number): Promise<Minted>;
  /** The scopes of an access token for `resource`; `undefined`: it is not good for that. */
  scopesOf(accessToken: string, resource: string): Promise<string[] | undefined>;
  /** Takes an access token back before its time. */
  revoke(accessToken: string): Promise<void>;
  /** Ends every session of the resource. */
  endSessions(): void;
  isAlive(minted: Minted): Promise<boolean>;
  stop(): Promise<void>;
}

const SCOPES = 'mcp:read mcp:write';

/**
 * A real authorization server, as strict as it can be: refresh tokens rotate, and a second redemption of one revokes the
 * session. Clients register themselves, and tokens are for one resource (RFC 8707). `lifetime` of access tokens in seconds.
 */
export async function startAuthorizationServer({
  redirectUrl,
  lifetime = 3600,
  configure = {},
}: {
  readonly redirectUrl: string;
  readonly lifetime?: number;
  readonly configure?: Configuration;
}): Promise<AuthorizationServer> {
  const listening = await listen();
  const storage = createStorage();
  const grants: string[] = [];
  const ended = new Set<string>();
  const provider = new Provider(listening.origin, {
    ...configuration(lifetime),
    adapter: storage.adapter,
    ...configure,
  });
  await registerInAdvance(storage.adapter('Client'), redirectUrl);
  const seen = watch(provider, (grantId) => grants.push(grantId));
  const handle = provider.callback();
  listening.server.on('request', (request, response) => {
    if (request.url?.startsWith('/interaction/')) {
      seen.logins += request.method === 'GET' ? 1 : 0;
      void answerLogin(provider, request, response);
    } else void handle(request, response);
  });
  return {
    ...serving(provider, listening, seen),
    endSessions() {
      for (const grantId of grants.splice(0)) {
        ended.add(grantId);
        void storage.adapter('Grant').destroy(grantId);
        void storage.adapter('RefreshToken').revokeByGrantId(grantId);
      }
    },
    async isAlive({ refresh_token }) {
      const found = await provider.RefreshToken.find(refresh_token, { ignoreExpiration: true });
      return found?.grantId !== undefined && storage.isAlive(found.grantId);
    },
  };
}

function serving(
  provider: Provider,
  { origin, stop }: Listening,
  seen: Seen,
): Omit<AuthorizationServer, 'endSessions' | 'isAlive'> {
  return {
    issuer: origin,
    seen,
    async mint(clientId, resource, expires_in) {
      const client = await provider.Client.find(clientId);
      if (client === undefined) throw new Error(`no client ${clientId}`);
      const grant = new provider.Grant({ accountId: 'ada', clientId });
      grant.addOIDCScope('offline_access');
      grant.addResourceScope(resource, SCOPES);
      const shared = {
        accountId: 'ada',
        client,
        grantId: await grant.save(),
        gty: 'authorization_code',
        expiresWithSession: false,
      };
      const scope = `offline_access ${SCOPES}`;
      const refresh = new provider.RefreshToken({ ...shared, scope, rotations: 0 });
      Object.assign(refresh, { resource: [resource] });
      const access = new provider.AccessToken({ ...shared, scope: SCOPES, expiresIn: expires_in });
      Object.assign(access, { aud: resource });
      return {
        access_token: await access.save(),
        refresh_token: await refresh.save(),
        token_type: 'Bearer',
        expires_in,
        scope: SCOPES,
      };
    },
    async scopesOf(accessToken, resource) {
      const found = await provider.AccessToken.find(accessToken);
      if (found === undefined || found.isExpired || !found.aud?.includes(resource))
        return undefined;
      return found.scope?.split(' ') ?? [];
    },
    async revoke(accessToken) {
      await (await provider.AccessToken.find(accessToken))?.destroy();
    },
    stop,
  };
}

function watch(provider: Provider, granted: (grantId: string) => void): Seen {
  const seen: Seen = {
    logins: 0,
    registrations: 0,
    redemptions: 0,
    refusals: 0,
    reuses: 0,
    resources: [],
  };
  provider.on('registration_create.success', () => seen.registrations++);
  provider.on('grant.success', ({ oidc }) => {
    if (oidc.params?.['grant_type'] === 'refresh_token') seen.redemptions++;
    seen.resources.push(oidc.params?.['resource'] as string | undefined);
    if (oidc.entities.Grant?.jti) granted(oidc.entities.Grant.jti);
  });
  provider.on('grant.error', () => seen.refusals++);
  provider.on('grant.revoked', () => seen.reuses++);
  return seen;
}

async function registerInAdvance(
  clients: ReturnType<ReturnType<typeof createStorage>['adapter']>,
  redirectUrl: string,
): Promise<void> {
  await clients.upsert(
    CLIENT_ID,
    {
      client_id: CLIENT_ID,
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code', 'refresh_token'],
      redirect_uris: [redirectUrl],
      application_type: 'native',
      id_token_signed_response_alg: 'ES256',
    },
    0,
  );
}

function configuration(lifetime: number): Configuration {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const key = {
    ...privateKey.export({ format: 'jwk' }),
    kid: randomUUID(),
    use: 'sig',
    alg: 'ES256',
  };
  return {
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    cookies: { keys: [randomBytes(32).toString('base64url')] },
    jwks: { keys: [key] },
    scopes: ['openid', 'offline_access', ...SCOPES.split(' ')],
    features: {
      devInteractions: { enabled: false },
      registration: { enabled: true },
      revocation: { enabled: true, allowedPolicy: () => true },
      resourceIndicators: {
        enabled: true,
        useGrantedResource: () => true,
        getResourceServerInfo: (_context, audience) => ({
          scope: SCOPES,
          audience,
          accessTokenFormat: 'opaque',
          accessTokenTTL: lifetime,
        }),
      },
    },
    interactions: { url: (_context, { uid }) => `/interaction/${uid}` },
    findAccount: (_context, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
    rotateRefreshToken: true,
    ttl: {
      AccessToken: lifetime,
      RefreshToken: 86_400,
      Grant: 86_400,
      Session: 86_400,
      Interaction: 600,
    },
  };
}
