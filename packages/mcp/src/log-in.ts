import {
  type AuthorizationServer,
  allowInsecureRequests,
  authorizationCodeGrantRequest,
  calculatePKCECodeChallenge,
  dynamicClientRegistrationRequest,
  generateRandomCodeVerifier,
  generateRandomState,
  processAuthorizationCodeResponse,
  processDynamicClientRegistrationResponse,
  validateAuthResponse,
} from 'oauth4webapi';
import type { TokenResponse } from 'unexpired';
import { clientAuthentication } from '@unexpired/oauth';
import { abortable } from 'unexpired/adapter';
import { type Binding, bind } from './binding.ts';
import { type Discovered, listOf } from './discover.ts';
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
  const bound = await clientAt(settings, metadata, scope, signal);
  const client = { client_id: bound.clientId };
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
    scope,
    // OpenID Connect Core section 11: it is granted with consent alone.
    prompt: scope.includes(OFFLINE) && 'consent',
  };
  for (const [name, value] of Object.entries(asked)) if (value) page.searchParams.set(name, value);

  const back = await abortable(Promise.resolve(settings.authorize(page, { signal })), signal);
  const parameters = await step(
    `login at ${origin}`,
    signal,
    async () => validateAuthResponse(metadata, client, answerIn(back, settings.redirectUrl), state),
    notSignedIn,
  );
  const tokens = await step(`token endpoint of ${origin}`, signal, async (limited) =>
    processAuthorizationCodeResponse(
      metadata,
      client,
      await authorizationCodeGrantRequest(
        metadata,
        client,
        clientAuthentication(bound.clientAuthentication, secretOf(bound, settings)),
        parameters,
        settings.redirectUrl,
        verifier,
        { ...sent(limited), additionalParameters: { resource } },
      ),
    ),
  );
  // RFC 6749 section 5.1: `scope` is left out where it is what was asked for.
  return bind({ scope, ...tokens }, bindingFor(found, bound));
}

/** Who asks for tokens, as it is kept with them. The secret that the options name is not written down. */
type BoundClient = Pick<Binding, 'clientId' | 'clientSecret' | 'clientAuthentication'>;

/** Of tokens that come from here. */
export const bindingFor = (
  { metadata, resource, issuer }: Discovered,
  client: BoundClient,
): Binding => ({
  resource,
  issuer,
  tokenEndpoint: metadata.token_endpoint as string,
  revocationEndpoint: metadata.revocation_endpoint,
  ...client,
});

/** The secret of the client that a session was made for; the options may name another client by now. */
export const secretOf = (bound: BoundClient, { client }: Settings): string | undefined =>
  bound.clientSecret ?? (client.id === bound.clientId ? client.secret : undefined);

/** The client of the options, else one that is registered now. */
export async function clientAt(
  { client, redirectUrl }: Settings,
  metadata: AuthorizationServer,
  scope: string,
  signal: AbortSignal,
): Promise<BoundClient> {
  const { id, secret, name } = client;
  if (id !== undefined)
    return { clientId: id, clientAuthentication: methodOf(secret, undefined, metadata) };
  const { origin } = new URL(metadata.issuer);
  if (metadata.registration_endpoint === undefined)
    throw misconfigured(`${origin} registers no clients: give client.client_id`);
  const made = await step(`registration endpoint of ${origin}`, signal, async (limited) =>
    processDynamicClientRegistrationResponse(
      await dynamicClientRegistrationRequest(
        metadata,
        {
          client_name: name,
          redirect_uris: [redirectUrl],
          grant_types: ['authorization_code', 'refresh_token'],
          response_types: ['code'],
          token_endpoint_auth_method: METHODS.find((method) => takes(metadata, method)),
          application_type: redirectUrl.startsWith('https:') ? 'web' : 'native',
          scope: scope || undefined,
        },
        sent(limited),
      ),
    ),
  );
  const said = made.token_endpoint_auth_method;
  const given = said === 'none' ? undefined : (made.client_secret as string | undefined);
  return {
    clientId: made.client_id,
    clientSecret: given,
    clientAuthentication: methodOf(given, said, metadata),
  };
}

/** Protocols have been checked, by a rule that knows loopback. */
const sent = (signal: AbortSignal) => ({ [allowInsecureRequests]: true, signal });

const METHODS = ['none', 'client_secret_basic', 'client_secret_post'] as const;

/** Where the metadata does not say, it takes what every server with such clients takes (RFC 6749 section 2.3.1). */
const takes = (
  { token_endpoint_auth_methods_supported: supported }: AuthorizationServer,
  method: (typeof METHODS)[number],
): boolean => listOf(supported)?.includes(method) ?? true;

/** As the server said at the registration, else as its metadata has it. */
const methodOf = (
  secret: unknown,
  said: unknown,
  metadata: AuthorizationServer,
): Binding['clientAuthentication'] =>
  (said ??
    (secret === undefined
      ? 'none'
      : METHODS.slice(1).find((method) =>
          takes(metadata, method),
        ))) as Binding['clientAuthentication'];

const OFFLINE = 'offline_access';

/** What is wanted, else all that the resource knows; and a refresh token, where that is a scope. */
const scopeOf = (wanted: readonly string[], { scope, metadata }: Discovered): string =>
  wordsOf(
    ...(wanted.length > 0 ? wanted : [scope]),
    listOf(metadata.scopes_supported)?.includes(OFFLINE) ? OFFLINE : undefined,
  ).join(' ');

/** The words of all these texts, each once. */
export const wordsOf = (...texts: readonly (string | undefined)[]): string[] =>
  [...new Set(texts.join(' ').split(' '))].filter(Boolean);

/** The answer, which has to have come to the redirect URL. */
function answerIn(back: URL | string, redirectUrl: string): URL {
  const placeOf = (url: URL | string): string => String(url).replace(/[?#].*/, '');
  if (placeOf(back) !== placeOf(new URL(redirectUrl)))
    throw misconfigured('authorize: expected a URL at redirectUrl');
  return new URL(back);
}
