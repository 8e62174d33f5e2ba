import { type TokenError, tokenErrorOf } from '../errors/errors.ts';
import type { TokenInput } from '../source.ts';
import { abortable } from '../time/abortable.ts';
import { type BaseUrl, createAllowedOrigins } from './allowed-origins.ts';
import { createTokenHeader } from './authorization.ts';
import { checkOptions } from './check-options.ts';
import { createJudge } from './judge.ts';
import { createKnownSources, type KnownSource } from './known-sources.ts';
import type { AuthOptions } from './options.ts';
import { targetOf } from './origin.ts';
import { createUnsignedReport } from './report.ts';
import { askToken, createSign } from './sign.ts';
import type { Signature, UnsignedRequest } from './signature.ts';

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
  const allowedOriginOf = createAllowedOrigins(options, base);
  const header = createTokenHeader(options.header);
  const sign = createSign(options, header, createJudge(options.classify, header));
  const tellUnsigned = createUnsignedReport();
  const sourceOf = createKnownSources();
  const attached = sourceOf(tokens);

  // A header that carries a token which no source knows, while one of them has not been read yet.
  const readFirst = async (
    token: string,
    source: KnownSource,
    origin: string,
    request: UnsignedRequest,
  ): Promise<Signature | undefined> => {
    const { signal } = request;
    for (const one of new Set([source, attached])) {
      if (one.isRead()) continue;
      try {
        await abortable(askToken(one, signal), signal);
      } catch (error) {
        if (tokenErrorOf(error)?.code === 'ERR_REENTRANT') return undefined;
        // Why there is no token does not matter to a request that carries one of its own.
        if (signal?.aborted || !tokenErrorOf(error)) throw error;
      }
    }
    if (source.issued(token) || attached.issued(token)) return sign(source, origin, request);
    tellUnsigned(source, 'header', origin);
    return undefined;
  };

  return (request) => {
    const { url, carried, tokens: own } = request;
    if (own === false) return undefined;
    const origin = allowedOriginOf(url);
    const source = own === undefined ? attached : sourceOf(own);
    if (origin === undefined) {
      if (source.report) tellUnsigned(source, 'origin', targetOf(url));
      return undefined;
    }
    if (carried && !options.overwriteHeader) {
      const found = header.read(carried);
      // A token of ours is a stale copy, wherever it came from; anything else is the caller's own.
      if (found === 'foreign') {
        tellUnsigned(source, 'header', origin);
        return undefined;
      }
      if (found !== 'nothing' && !source.issued(found.token) && !attached.issued(found.token))
        return readFirst(found.token, source, origin, request);
    }
    return sign(source, origin, request);
  };
}

/** Attaches our error to a client's own answer or error, where {@link tokenErrorOf} finds it. Not enumerable, as `cause` is. */
export function explain(target: object, cause: TokenError): void {
  Object.defineProperty(target, 'cause', { value: cause, configurable: true, writable: true });
}
