import {
  type AuthorizationServer,
  type GrantOptions,
  registerClient,
  type RevokeOptions,
} from '@unexpired/oauth';
import { isName } from 'unexpired/adapter';
import type { Binding } from './binding.ts';
import { type Discovered, listOf } from './discover.ts';
import { ended, misconfigured, step } from './failure.ts';
import type { Settings } from './options.ts';

/** What a grant needs for tokens of this binding. The options may name another client by now: its secret is not for them. */
export const grantOptions = (
  {
    resource,
    issuer,
    tokenEndpoint,
    revocationEndpoint,
    clientId,
    clientSecret,
    clientAuthentication,
  }: Binding,
  { client }: Settings,
): GrantOptions & RevokeOptions => ({
  issuer,
  tokenEndpoint,
  revocationEndpoint,
  clientId,
  clientSecret: clientSecret ?? (client.id === clientId ? client.secret : undefined),
  clientAuthentication,
  parameters: { resource },
});

/**
 * What a refused refresh is to this session. A client that was registered for it and is not taken any more can be put right by
 * nobody: the session is over, and the next login registers another one. One that the options name can.
 */
export function refusalOf(error: unknown, { clientId }: Binding, { client }: Settings): unknown {
  const { message, cause } = Object(error) as {
    readonly message?: string;
    readonly cause?: unknown;
  };
  const { error: code } = Object(cause) as { readonly error?: unknown };
  if (client.id === clientId || !REFUSED_CLIENT.includes(code)) return error;
  return ended(
    `${message}: the client that was registered at the login is not taken any more`,
    error,
  );
}

/** RFC 6749 section 5.2. */
const REFUSED_CLIENT: readonly unknown[] = ['invalid_client', 'unauthorized_client'];

/** What tokens from here are bound to: the client is that of the options, else one that is registered now. */
export async function bindingAt(
  settings: Settings,
  found: Discovered,
  scope: string,
  signal: AbortSignal,
): Promise<Binding> {
  const { id, secret } = settings.client;
  const { resource, issuer, metadata } = found;
  return {
    resource,
    issuer,
    tokenEndpoint: metadata.token_endpoint as string,
    revocationEndpoint: metadata.revocation_endpoint,
    // The secret that the options name is not written down.
    ...(id === undefined
      ? await register(settings, found, scope, signal)
      : { clientId: id, clientAuthentication: methodFor(secret, metadata) }),
  };
}

async function register(
  { client, redirectUrl }: Settings,
  { issuer, metadata }: Discovered,
  scope: string,
  signal: AbortSignal,
): Promise<Pick<Binding, 'clientId' | 'clientSecret' | 'clientAuthentication'>> {
  if (metadata.registration_endpoint === undefined)
    throw misconfigured(`${issuer} registers no clients: give client.client_id`);
  const registered = await step(signal, (limited) =>
    registerClient(
      metadata,
      {
        client_name: client.name,
        redirect_uris: [redirectUrl],
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        token_endpoint_auth_method: METHODS.find((method) => takes(metadata, method)),
        application_type: redirectUrl.startsWith('https:') ? 'web' : 'native',
        scope: scope || undefined,
      },
      { signal: limited },
    ),
  );
  const {
    client_id: clientId,
    client_secret: given,
    token_endpoint_auth_method: said,
  } = registered;
  const secret = isName(given) ? undefined : (given as string);
  const method = METHODS.find((one) => one === (said ?? methodFor(secret, metadata)));
  // RFC 7591 section 3.2.1: it need not be what was asked for.
  if (method === undefined || (method !== 'none' && secret === undefined))
    throw misconfigured(
      `${issuer} registered a client that cannot authenticate by ${METHODS.join(', ')}: give client.client_id of one that can`,
    );
  return {
    clientId,
    clientSecret: method === 'none' ? undefined : secret,
    clientAuthentication: method,
  };
}

const METHODS = ['none', 'client_secret_basic', 'client_secret_post'] as const;
type Method = (typeof METHODS)[number];

/** Where the metadata does not say, it takes what every server with such clients takes (RFC 6749 section 2.3.1). */
const takes = (
  { token_endpoint_auth_methods_supported: supported }: AuthorizationServer,
  method: Method,
): boolean => listOf(supported)?.includes(method) ?? true;

/** Where the server has not said how this client authenticates. */
function methodFor(secret: string | undefined, metadata: AuthorizationServer): Method {
  if (secret === undefined) return 'none';
  return METHODS.slice(1).find((method) => takes(metadata, method)) ?? 'client_secret_basic';
}
