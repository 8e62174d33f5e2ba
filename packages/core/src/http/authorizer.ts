import { TokenError, tokenErrorOf } from '../errors/errors.ts';
import type { TokenInput, TokenSource } from '../source.ts';
import { abortable } from '../time/abortable.ts';
import type { AccessToken } from '../tokens/tokens.ts';
import { type BaseUrl, createAllowedOrigins } from './allowed-origins.ts';
import { createTokenHeader, type HeaderMap } from './authorization.ts';
import { checkOptions } from './check-options.ts';
import { createJudge, type Verdict } from './judge.ts';
import type { ApiRequest, ApiResponse, AuthOptions, RequestAuth } from './options.ts';
import { targetOf } from './origin.ts';
import { remembering } from './remember.ts';
import { createUnsignedReport } from './report.ts';
import { toTokenSource } from './to-token-source.ts';

/**
 * A request that is about to be sent, as far as signing it goes. `method` in capitals, `url` exactly as the client will
 * send it.
 */
export interface UnsignedRequest extends RequestAuth, ApiRequest {
  /** The token's header (`AuthOptions.header`), as the request has it already. */
  readonly carried?: string | null | undefined;
  /** The caller's own signal, not one derived from it: the refresh's own request is recognised by it. */
  readonly signal?: AbortSignal | null | undefined;
}

/** What one request was signed with, and what to make of the answer to it. */
export interface Signature {
  /** Headers to set, whatever their case in the request; `undefined`: to take off. Shared by requests: not to be changed. */
  readonly headers: HeaderMap;
  /**
   * What to do about an answer; `undefined`: give it to the caller as it is. To be asked once, never for a replay.
   * Rejects with what the caller gets instead of the answer. `replayable`: can the body be sent again?
   */
  judge(response: ApiResponse, replayable: boolean): Promise<Verdict> | undefined;
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
 * `base`: the client's base URL, whose origin is the default of `origins`; a function reads it anew for each request.
 *
 * @throws TypeError for a wrong option, and for a `tokens` that is no source.
 *
 * @example
 * ```ts
 * const authorize = createAuthorizer(tokens, { origins: ['https://api.example.com'] });
 * const signature = await authorize({ method: 'GET', url, signal });
 * let response = await send(signature?.headers);
 * const verdict = await signature?.judge(response, true);
 * if (verdict?.replay) {
 *   response = await send(verdict.replay);
 *   verdict.replayed?.(response.status);
 * }
 * ```
 */
export function createAuthorizer(
  tokens: TokenInput,
  options: AuthOptions,
  base?: BaseUrl,
): Authorize {
  checkOptions(options, typeof base === 'function' ? base() : base);
  const { overwriteHeader, whenSignedOut } = options;
  const allowedOriginOf = createAllowedOrigins(options, base);
  const header = createTokenHeader(options.header);
  const judge = createJudge(options.classify, header);
  const tellUnsigned = createUnsignedReport();
  const attached = remembering(toTokenSource(tokens));

  const signatureOf = (
    token: AccessToken,
    source: TokenSource,
    origin: string,
    request: UnsignedRequest,
  ): Signature => ({
    headers: header.headersFor(token),
    judge: (response, replayable) =>
      judge(response, replayable, { request, origin, source, token }),
  });

  // A promise that has been seen to its end, and what it gave. Waiting for it once more takes longer than all the rest.
  let asked: Promise<AccessToken | undefined> | undefined;
  let given: AccessToken | undefined;
  const sign = (
    source: TokenSource,
    origin: string,
    request: UnsignedRequest,
  ): Signature | Promise<Signature | undefined> => {
    const asking = ask(source, request.signal);
    if (given && asking === asked && !request.signal?.aborted)
      return signatureOf(given, source, origin, request);
    return signLater(asking, source, origin, request);
  };

  const signLater = async (
    asking: Promise<AccessToken | undefined>,
    source: TokenSource,
    origin: string,
    request: UnsignedRequest,
  ): Promise<Signature | undefined> => {
    let token: AccessToken | undefined;
    try {
      token = await abortable(asking, request.signal);
    } catch (error) {
      // This is the refresh itself, made through the client that it serves.
      if (tokenErrorOf(error)?.code === 'ERR_REENTRANT') return undefined;
      throw error;
    }
    if (token) {
      asked = asking;
      given = token;
      return signatureOf(token, source, origin, request);
    }
    if (whenSignedOut === 'reject')
      throw new TokenError('ERR_SIGNED_OUT', { message: 'Nobody is signed in' });
    return request.carried ? { headers: header.takenOff, judge: () => undefined } : undefined;
  };

  return (request) => {
    const { url, carried, tokens: own } = request;
    if (own === false) return undefined;
    const origin = allowedOriginOf(url);
    const source = own === undefined ? attached : remembering(toTokenSource(own));
    if (origin === undefined) {
      if (source.report) {
        const target = targetOf(url);
        if (target !== undefined) tellUnsigned(source, 'origin', target);
      }
      return undefined;
    }
    if (carried && !overwriteHeader) {
      const token = header.tokenIn(carried);
      // A token of ours is a stale copy, whoever put it there; anything else is the caller's own.
      if (!token || !(source.issued(token) || attached.issued(token))) {
        tellUnsigned(source, 'header', origin);
        return undefined;
      }
    }
    return sign(source, origin, request);
  };
}

// What a source throws at once is what it rejects with.
function ask(
  source: TokenSource,
  signal: AbortSignal | null | undefined,
): Promise<AccessToken | undefined> {
  try {
    return source.getToken({ signal: signal ?? undefined });
  } catch (error) {
    return Promise.reject(error);
  }
}

/** Attaches our error to a client's own answer or error, where {@link tokenErrorOf} finds it. Not enumerable, as `cause` is. */
export function explain(target: object, cause: TokenError): void {
  Object.defineProperty(target, 'cause', { value: cause, configurable: true, writable: true });
}
