import { TokenError, tokenErrorOf } from '../errors/errors.ts';
import type { TokenInput, TokenSource } from '../source.ts';
import type { AccessToken } from '../tokens/tokens.ts';
import { abortable } from '../time/abortable.ts';
import { authorizationOf, carriedToken } from './authorization.ts';
import { checkOptions } from './check-options.ts';
import type { ApiResponse, AuthOptions, RequestAuth } from './options.ts';
import { targetOf } from './origin.ts';
import { isTokenRejected } from './rejection.ts';
import { remembering } from './remember.ts';
import { toTokenSource } from './to-token-source.ts';

/** A request that is about to be sent, as far as signing it goes. */
export interface UnsignedRequest extends RequestAuth {
  /** Where it goes, exactly as the client will send it. */
  readonly url: string;
  /** The `Authorization` that it has already. */
  readonly authorization?: string | null | undefined;
  /** The caller's own signal, not one derived from it: the refresh's own request is recognised by it. */
  readonly signal?: AbortSignal | null | undefined;
}

/** What one request was signed with, and what to make of the answer to it. */
export interface Signature {
  /** The `Authorization` to send. `undefined`: none, and an old one of ours is taken off. */
  readonly authorization: string | undefined;
  /**
   * What to do about an answer; `undefined`: give it to the caller as it is. To be asked once, never for a replay.
   * Rejects with what the caller gets instead of the answer. `replayable`: can the body be sent again?
   */
  judge(response: ApiResponse, replayable: boolean): Promise<Verdict> | undefined;
}

/** What to do about a refusal: send again with `replay` as the `Authorization`, or hand it over, `cause` attached. */
export interface Verdict {
  readonly replay?: string;
  readonly cause?: TokenError;
}

/**
 * `undefined`, or a promise of it: send the request untouched, and leave the answer alone. No promise where the answer is
 * known: a source that gives the same promise as before has the same token.
 */
export type Authorize = (
  request: UnsignedRequest,
) => Signature | Promise<Signature | undefined> | undefined;

/**
 * The decisions that every adapter has in common: which request is signed, with what, and what a refusal leads to.
 *
 * @throws TypeError for a wrong option, and for a `tokens` that is no source.
 *
 * @example
 * ```ts
 * const authorize = createAuthorizer(tokens, { origins: ['https://api.example.com'] });
 * const signature = await authorize({ url, signal });
 * let response = await send(signature?.authorization);
 * const verdict = await signature?.judge(response, true);
 * if (verdict?.replay) response = await send(verdict.replay);
 * ```
 */
export function createAuthorizer(tokens: TokenInput, options: AuthOptions): Authorize {
  const origins = checkOptions(options);
  const listed = [...origins];
  const { isRejected = isTokenRejected, overwriteHeader, whenSignedOut } = options;
  const attached = remembering(toTokenSource(tokens));

  let latest: AccessToken | undefined;
  let header = '';
  // Building and checking the header takes longer than all the rest of the hot path.
  const headerOf = (token: AccessToken): string => {
    if (token.accessToken !== latest?.accessToken || token.tokenType !== latest.tokenType) {
      header = authorizationOf(token);
      latest = token;
    }
    return header;
  };

  const signatureOf = (
    token: AccessToken,
    source: TokenSource,
    origin: string,
    signal: AbortSignal | undefined,
  ): Signature => {
    const { accessToken } = token;
    return {
      authorization: headerOf(token),
      judge(response, replayable) {
        const rejected = isRejected(response);
        return rejected
          ? repair(rejected, response, replayable, source, origin, signal, accessToken)
          : undefined;
      },
    };
  };

  // A promise that has been seen to its end, and what it gave. Waiting for it once more takes longer than all the rest.
  let asked: Promise<AccessToken | undefined> | undefined;
  let given: AccessToken | undefined;
  const sign = (
    source: TokenSource,
    origin: string,
    signal: AbortSignal | undefined,
    carried: unknown,
  ): Signature | Promise<Signature | undefined> => {
    const asking = ask(source, signal);
    if (given && asking === asked && !signal?.aborted)
      return signatureOf(given, source, origin, signal);
    return signLater(asking, source, origin, signal, carried);
  };

  const signLater = async (
    asking: Promise<AccessToken | undefined>,
    source: TokenSource,
    origin: string,
    signal: AbortSignal | undefined,
    carried: unknown,
  ): Promise<Signature | undefined> => {
    let token: AccessToken | undefined;
    try {
      token = await abortable(asking, signal);
    } catch (error) {
      // This is the refresh itself, made through the client that it serves.
      if (tokenErrorOf(error)?.code === 'ERR_REENTRANT') return undefined;
      throw error;
    }
    if (token) {
      asked = asking;
      given = token;
      return signatureOf(token, source, origin, signal);
    }
    if (whenSignedOut === 'reject')
      throw new TokenError('ERR_SIGNED_OUT', { message: 'Nobody is signed in' });
    return carried ? { authorization: undefined, judge: () => undefined } : undefined;
  };

  const repair = async (
    rejected: boolean | Promise<boolean>,
    response: ApiResponse,
    replayable: boolean,
    source: TokenSource,
    origin: string,
    signal: AbortSignal | undefined,
    accessToken: string,
  ): Promise<Verdict> => {
    // After a redirect to another origin it was not our token that was refused.
    if (
      !(await abortable(Promise.resolve(rejected), signal)) ||
      (response.url && targetOf(response.url) !== origin)
    )
      return {};
    let token: AccessToken | undefined;
    try {
      token = await abortable(source.replaceRejected(accessToken, { signal }), signal);
    } catch (error) {
      const cause = tokenErrorOf(error);
      if (signal?.aborted || cause?.action !== 'signIn') throw error;
      return { cause };
    }
    return replayable && token && token.accessToken !== accessToken
      ? { replay: headerOf(token) }
      : {};
  };

  const allowedOriginOf = (url: string): string | undefined => {
    // The usual case without any parsing: an origin as we write it, and its end.
    for (const origin of listed)
      if (url === origin || (url.startsWith(origin) && '/?#'.includes(url.charAt(origin.length))))
        return origin;
    const target = targetOf(url);
    return target !== undefined && origins.has(target) ? target : undefined;
  };

  return ({ url, authorization, signal, tokens: own }) => {
    const origin = own === false ? undefined : allowedOriginOf(url);
    if (origin === undefined) return undefined;
    const source = own === undefined ? attached : remembering(toTokenSource(own as TokenInput));
    if (authorization && !overwriteHeader) {
      const carried = carriedToken(authorization);
      // A token of ours is a stale copy, whoever put it there; anything else is the caller's own.
      if (!carried || !(source.issued(carried) || attached.issued(carried))) return undefined;
    }
    return sign(source, origin, signal ?? undefined, authorization);
  };
}

// What a source throws at once is what it rejects with.
function ask(
  source: TokenSource,
  signal: AbortSignal | undefined,
): Promise<AccessToken | undefined> {
  try {
    return source.getToken({ signal });
  } catch (error) {
    return Promise.reject(error);
  }
}

/** Attaches our error to a client's own answer or error, where {@link tokenErrorOf} finds it. Not enumerable, as `cause` is. */
export function explain(target: object, cause: TokenError): void {
  Object.defineProperty(target, 'cause', { value: cause, configurable: true, writable: true });
}
