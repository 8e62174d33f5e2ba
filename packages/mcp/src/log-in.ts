import {
  type AuthorizationServer,
  allowInsecureRequests,
  authorizationCodeGrantRequest,
  type Client,
  type ClientAuth,
  ClientSecretBasic,
  ClientSecretPost,
  calculatePKCECodeChallenge,
  dynamicClientRegistrationRequest,
  generateRandomCodeVerifier,
  generateRandomState,
  None,
  processAuthorizationCodeResponse,
  processDynamicClientRegistrationResponse,
  validateAuthResponse,
} from 'oauth4webapi';
import type { TokenResponse } from 'unexpired';
import { abortable } from 'unexpired/adapter';
import { type Binding, bind } from './binding.ts';
import type { Discovered } from './discover.ts';
import { misconfigured, notSignedIn, step } from './failure.ts';
import type { Settings } from './options.ts';

/**
 * One login, from the registration to the tokens: authorization code with PKCE (RFC 6749 section 4.1, RFC 7636), for one
 * resource (RFC 8707). Verifier and state stay here, in memory.
 */
export async function logIn(
  settings: Settings,
  found: Discovered,
  wanted: readonly string[],
  signal: AbortSignal,
): Promise<TokenResponse> {
  const { metadata, resource } = found;
  const { origin } = new URL(found.issuer);
  const scope = scopeOf(wanted, found);
  const client = await clientAt(settings, metadata, scope, signal);
  const verifier = generateRandomCodeVerifier();
  const state = generateRandomState();
  const page = new URL(metadata.authorization_endpoint as string);
  const asked = {
    response_type: 'code',
    client_id: client.client_id,
    redirect_uri: settings.redirectUrl,
    code_challenge: await calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state,
    resource,
    ...(scope !== '' && { scope }),
    // OpenID Connect Core section 11: it is granted with consent alone.
    ...(scope.split(' ').includes(OFFLINE) && { prompt: 'consent' }),
  };
  for (const [name, value] of Object.entries(asked)) page.searchParams.set(name, value);

  const back = await abortable(Promise.resolve(settings.authorize(page, { signal })), signal);
  const parameters = await step(`login at ${origin}`, signal, async () =>
    validateAuthResponse(metadata, client, answerIn(back, settings.redirectUrl, state), state),
  );
  const tokens = await step(`token endpoint of ${origin}`, signal, async (limited) =>
    processAuthorizationCodeResponse(
      metadata,
      client,
      await authorizationCodeGrantRequest(
        metadata,
        client,
        authenticationOf(client),
        parameters,
        settings.redirectUrl,
        verifier,
        { [allowInsecureRequests]: true, additionalParameters: { resource }, signal: limited },
      ),
    ),
  );
  // RFC 6749 section 5.1: `scope` is left out where it is what was asked for.
  return bind({ scope, ...tokens }, bindingFor(settings, found, client));
}

/** A client at its authorization server, and how it authenticates there. */
type Registered = Client & Pick<Binding, 'clientAuthentication'> & { client_secret?: string };

/** The session of tokens that come from here. */
export function bindingFor(
  { client }: Settings,
  { metadata, resource, issuer }: Discovered,
  { client_id: clientId, client_secret: secret, clientAuthentication }: Registered,
): Binding {
  return {
    resource,
    issuer,
    tokenEndpoint: metadata.token_endpoint as string,
    ...(metadata.revocation_endpoint && { revocationEndpoint: metadata.revocation_endpoint }),
    clientId,
    ...(client.id === undefined && secret !== undefined && { clientSecret: secret }),
    clientAuthentication,
  };
}

/** The client of the options, or `undefined` where one has to be registered. */
export function knownClient(
  { client }: Settings,
  metadata: AuthorizationServer,
): Registered | undefined {
  if (client.id === undefined) return undefined;
  const { id, secret } = client;
  return {
    client_id: id,
    ...(secret !== undefined && { client_secret: secret }),
    clientAuthentication: methodOf(secret, undefined, metadata),
  };
}

async function clientAt(
  settings: Settings,
  metadata: AuthorizationServer,
  scope: string,
  signal: AbortSignal,
): Promise<Registered> {
  const known = knownClient(settings, metadata);
  if (known !== undefined) return known;
  if (metadata.registration_endpoint === undefined)
    throw misconfigured(
      `${new URL(metadata.issuer).origin} registers no clients: give the client_id of one that is registered there`,
    );
  const isWeb = new URL(settings.redirectUrl).protocol === 'https:';
  const registered = await step(
    `registration endpoint of ${new URL(metadata.issuer).origin}`,
    signal,
    async (limited) =>
      processDynamicClientRegistrationResponse(
        await dynamicClientRegistrationRequest(
          metadata,
          {
            client_name: settings.client.name,
            redirect_uris: [settings.redirectUrl],
            grant_types: ['authorization_code', 'refresh_token'],
            response_types: ['code'],
            token_endpoint_auth_method: METHODS.find((method) => takes(metadata, method)) ?? 'none',
            application_type: isWeb ? 'web' : 'native',
            ...(scope !== '' && { scope }),
          },
          { [allowInsecureRequests]: true, signal: limited },
        ),
      ),
  );
  const { client_id, client_secret: secret, token_endpoint_auth_method: method } = registered;
  return {
    client_id,
    ...(typeof secret === 'string' && { client_secret: secret }),
    clientAuthentication: methodOf(secret, method, metadata),
  };
}

const METHODS = ['none', 'client_secret_basic', 'client_secret_post'] as const;

/** Where the metadata does not say, it takes what every server with such clients takes (RFC 6749 section 2.3.1). */
const takes = (
  { token_endpoint_auth_methods_supported: supported }: AuthorizationServer,
  method: (typeof METHODS)[number],
): boolean => supported === undefined || supported.includes(method);

/** As the server said at the registration, else as its metadata has it. */
function methodOf(
  secret: unknown,
  said: unknown,
  metadata: AuthorizationServer,
): Binding['clientAuthentication'] {
  if (typeof secret !== 'string') return 'none';
  return (
    METHODS.find((method) => method === said) ??
    (takes(metadata, 'client_secret_basic') ? 'client_secret_basic' : 'client_secret_post')
  );
}

function authenticationOf({ client_secret: secret, clientAuthentication }: Registered): ClientAuth {
  if (secret === undefined || clientAuthentication === 'none') return None();
  return clientAuthentication === 'client_secret_post'
    ? ClientSecretPost(secret)
    : ClientSecretBasic(secret);
}

const OFFLINE = 'offline_access';

/** What is wanted, else all that the resource knows; and a refresh token, where that is a scope. */
function scopeOf(wanted: readonly string[], { scope = '', metadata }: Discovered): string {
  const scopes = new Set(wanted.length > 0 ? wanted : scope.split(' ').filter(Boolean));
  if (metadata.scopes_supported?.includes(OFFLINE)) scopes.add(OFFLINE);
  return [...scopes].join(' ');
}

/** The parameters of the answer, which has to have come to the redirect URL, for this login. */
function answerIn(back: URL | string, redirectUrl: string, state: string): URL {
  const placeOf = ({ protocol, host, pathname }: URL): string => `${protocol}//${host}${pathname}`;
  if (!URL.canParse(String(back)) || placeOf(new URL(back)) !== placeOf(new URL(redirectUrl)))
    throw misconfigured(
      'authorize: expected the URL that the page came back to, got one that does not begin with redirectUrl',
    );
  const url = new URL(back);
  if (url.searchParams.get('state') !== state)
    throw notSignedIn('The page came back with the answer to another sign-in (its state differs)');
  return url;
}
