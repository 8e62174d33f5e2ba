import { type GrantOptions, refreshTokenGrant, revokeToken } from '@unexpired/oauth';
import {
  type RefreshFunction,
  type Rotation,
  TokenError,
  type TokenManagerOptions,
  type TokenResponse,
  type TokenSet,
} from 'unexpired';
import { checkNames, nameOf } from 'unexpired/adapter';
import type { Limits } from './pace/gate.ts';

/** One authorization server and the client that the service is to it. */
export interface ProviderOptions extends GrantOptions {
  /** Default: tokens of a session that is signed out are not revoked. */
  readonly revocationEndpoint?: string | URL | undefined;
  /** What the server does to a refresh token that comes twice. Default `strict`. */
  readonly rotation?: Rotation | undefined;
  /**
   * Refreshes tokens before somebody wants them, at 60 to 80 % of their lifetime. Default `true`; `false` for a server whose
   * rotation ends the access token before.
   */
  readonly refreshAhead?: boolean | undefined;
  /**
   * Calls of the token endpoint a second, of all replicas together, from a bucket that holds a second's worth: up to twice as many
   * can fall into one second after a quiet one. Where the server counts strictly, give half of its limit. A fifth is kept for
   * callers who wait. Default: no limit.
   */
  readonly maxPerSecond?: number | undefined;
  /**
   * Calls of the token endpoint that are in flight at once, of all replicas together: the most sessions that killing all of them
   * can lose. Each has one at least for callers who wait. Default 100.
   */
  readonly maxInFlight?: number | undefined;
  /** Members of the token response that readers of a session may see, such as `instance_url`. Default: none. */
  readonly extra?: readonly string[] | undefined;
}

const OPTIONS: Readonly<Record<keyof ProviderOptions, true>> = {
  issuer: true,
  tokenEndpoint: true,
  revocationEndpoint: true,
  clientId: true,
  clientSecret: true,
  clientAuthentication: true,
  scope: true,
  parameters: true,
  DPoP: true,
  fetch: true,
  allowInsecureRequests: true,
  rotation: true,
  refreshAhead: true,
  maxPerSecond: true,
  maxInFlight: true,
  extra: true,
};

export interface Provider {
  readonly name: string;
  readonly rotation: Rotation | undefined;
  readonly refreshAhead: boolean;
  readonly limits: Limits;
  readonly refresh: RefreshFunction;
  readonly revoke: TokenManagerOptions['revoke'];
  /** What readers may see of an answer. */
  shown(answer: object): Record<string, unknown>;
}

/** What the service keeps beside the tokens, encrypted with them: who writes to the database cannot send them elsewhere. */
export interface Kept {
  readonly provider: string;
  readonly shown: Readonly<Record<string, unknown>>;
}

const MAX_IN_FLIGHT = 100;

/** Never shown, whatever the options say. */
const SECRET = new Set(['refresh_token', 'id_token', 'access_token', '__proto__']);

export const keptOf = ({ extra }: TokenSet): Kept | undefined =>
  typeof extra?.['provider'] === 'string' ? (extra as unknown as Kept) : undefined;

/** Throws a `TypeError` for an option that cannot be right. */
export function providersOf(
  options: Readonly<Record<string, ProviderOptions>>,
): ReadonlyMap<string, Provider> {
  const names = Object.keys(options ?? {});
  if (names.length === 0)
    throw new TypeError(
      `createService: providers: expected at least one, by its name, got ${nameOf(options)}`,
    );
  return new Map(names.map((name) => [name, makeProvider(name, options[name] as ProviderOptions)]));
}

function makeProvider(name: string, options: ProviderOptions): Provider {
  const where = `createService: providers/${name}`;
  checkNames(where, options, Object.keys(OPTIONS));
  const { revocationEndpoint, rotation, refreshAhead = true, extra = [], ...others } = options;
  const { maxPerSecond = Infinity, maxInFlight = MAX_IN_FLIGHT, ...grant } = others;
  if (!Array.isArray(extra) || extra.some((one) => typeof one !== 'string' || SECRET.has(one)))
    throw new TypeError(
      `${where}: extra: expected names of members that are no tokens, as in ['instance_url']`,
    );
  if (typeof refreshAhead !== 'boolean')
    throw new TypeError(
      `${where}: refreshAhead: expected true or false, got ${nameOf(refreshAhead)}`,
    );
  if (typeof maxPerSecond !== 'number' || !(maxPerSecond > 0))
    throw new TypeError(
      `${where}: maxPerSecond: expected a number of calls above zero, got ${nameOf(maxPerSecond)}`,
    );
  if (!Number.isInteger(maxInFlight) || maxInFlight < 1)
    throw new TypeError(
      `${where}: maxInFlight: expected a whole number of calls, 1 or more, got ${nameOf(maxInFlight)}`,
    );
  const { tokenEndpoint: _unused, scope: _none, DPoP: _neither, ...client } = grant;
  const redeem = placed(where, () => refreshTokenGrant(grant));
  const revoke =
    revocationEndpoint === undefined
      ? undefined
      : placed(where, () => revokeToken({ ...client, revocationEndpoint }));
  const shown = (answer: object): Record<string, unknown> =>
    Object.fromEntries(Object.entries(answer).filter(([member]) => extra.includes(member)));
  return {
    name,
    rotation,
    refreshAhead,
    limits: { maxPerSecond, maxInFlight },
    shown,
    revoke,
    async refresh(current, context) {
      const answer = (await redeem(current, context)) as TokenResponse;
      const kept: Kept = { provider: name, shown: { ...keptOf(current)?.shown, ...shown(answer) } };
      return tokensOf(answer, kept);
    },
  };
}

/** Says of which provider an option is that a grant does not take. */
function placed<T>(where: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new TypeError(`${where}: ${error.message}`, { cause: error });
  }
}

/** The tokens of an answer, and nothing else of it. */
export const tokensOf = (
  { access_token, token_type, expires_in, refresh_token, scope }: TokenResponse,
  kept: Kept,
): TokenSet & Pick<TokenResponse, 'expires_in'> => ({
  accessToken: access_token,
  extra: { ...kept },
  ...(token_type !== undefined && { tokenType: token_type }),
  ...(expires_in !== undefined && { expires_in }),
  ...(refresh_token !== undefined && { refreshToken: refresh_token }),
  ...(scope !== undefined && { scope }),
});

/** Rejects a provider that the options no longer have. */
export function providerOf(providers: ReadonlyMap<string, Provider>, name: unknown): Provider {
  const found = typeof name === 'string' ? providers.get(name) : undefined;
  if (found === undefined) throw noProvider();
  return found;
}

export const noProvider = (): TokenError =>
  new TokenError('ERR_REFRESH_CONFIGURATION', {
    message: 'The provider of this session is not among the options of the service',
    delivery: 'unsent',
  });
