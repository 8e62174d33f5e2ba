import {
  authorizationCodeGrant,
  calculatePKCECodeChallenge,
  generateRandomCodeVerifier,
  generateRandomState,
  validateAuthResponse,
} from '@unexpired/oauth';
import type { TokenResponse } from 'unexpired';
import { abortable } from 'unexpired/adapter';
import { bind } from './binding.ts';
import { bindingAt, grantOptions } from './client.ts';
import { type Discovered, listOf, OFFLINE } from './discover.ts';
import { misconfigured, notSignedIn, step } from './failure.ts';
import type { Settings } from './options.ts';
import { placeOf } from './place.ts';

/**
 * One login, from the registration to the tokens: authorization code with PKCE (RFC 6749 section 4.1, RFC 7636), for one
 * resource (RFC 8707). Verifier and state stay here, in memory.
 */
export async function logIn(
  settings: Settings,
  found: Discovered,
  scope: string,
  signal: AbortSignal,
): Promise<TokenResponse> {
  const { metadata, resource, issuer } = found;
  const { redirectUrl } = settings;
  if (!(listOf(metadata.code_challenge_methods_supported)?.includes(S256) ?? true))
    throw misconfigured(`${issuer} does not take ${S256} (PKCE)`);
  const binding = await bindingAt(settings, found, scope, signal);
  const verifier = generateRandomCodeVerifier();
  const state = generateRandomState();
  const page = new URL(metadata.authorization_endpoint as string);
  const asked = {
    response_type: 'code',
    client_id: binding.clientId,
    redirect_uri: redirectUrl,
    code_challenge: await calculatePKCECodeChallenge(verifier),
    code_challenge_method: S256,
    state,
    resource,
    scope,
    prompt: scope.includes(OFFLINE) && 'consent', // it is granted with that alone
  };
  for (const [name, value] of Object.entries(asked)) if (value) page.searchParams.set(name, value);

  const back = await abortable(Promise.resolve(settings.authorize(page, { signal })), signal);
  const login = { parameters: answerIn(back, found, asked), redirectUrl, verifier };
  const redeem = authorizationCodeGrant(grantOptions(binding, settings));
  const tokens = await step(signal, (limited) => redeem(login, { signal: limited }));
  // RFC 6749 section 5.1: `scope` is left out where it is what was asked for; some servers say null.
  return bind({ ...tokens, scope: tokens.scope ?? scope }, binding);
}

/** The one method of PKCE. Where the metadata names none, it is tried: the SDK does so, too. */
const S256 = 'S256';

/** The words of all these texts, each once. */
export const wordsOf = (...texts: readonly (string | undefined)[]): string[] =>
  [...new Set(texts.join(' ').split(' '))].filter(Boolean);

/** The parameters of the answer to `asked`, which has to have come to the redirect URL. */
function answerIn(
  back: URL | string,
  { metadata, issuer }: Discovered,
  asked: { readonly client_id: string; readonly redirect_uri: string; readonly state: string },
): URLSearchParams {
  if (placeOf(back) !== placeOf(asked.redirect_uri))
    throw misconfigured('authorize: expected a URL at redirectUrl');
  try {
    return validateAuthResponse(metadata, asked, new URL(back), asked.state);
  } catch (thrown) {
    const { code, error } = thrown as { readonly code?: unknown; readonly error?: unknown };
    // An answer that is not valid has no `error`. Only a text that looks like a code is quoted.
    const known = /^[a-z_]{1,60}$/.test(String(error ?? code))
      ? error
      : `nonsense (${String(code)})`;
    throw notSignedIn(`The login at ${issuer} answered ${String(known)}`);
  }
}
