import { TokenError, type TokenErrorOptions } from 'unexpired';
import { retryAfterOf } from 'unexpired/adapter';
import { parseObject, readBody } from './body.ts';
import type { TokenFetch, TokenFetchResponse } from './fetch.ts';
import { safeCause } from './safe-cause.ts';

/** What is at well-known places. */
export interface FoundMetadata {
  /** The object at the first place that has one. `undefined`: none of them has. */
  readonly json: Readonly<Record<string, unknown>> | undefined;
  /** Of the last answer. */
  readonly status: number;
}

/**
 * The JSON object at the first of these places that has one (RFC 8414 section 3.2, RFC 9728 section 3.2). Up to 1 MiB of
 * an answer is read, and no redirect is followed.
 *
 * Rejects with `ERR_REFRESH_UNAVAILABLE` where a place cannot be reached, where it answers with 429 or 5xx, and where the
 * answer is longer or cut off: it may have one later.
 *
 * @example
 * ```ts
 * const place = new URL('/.well-known/oauth-protected-resource', 'https://api.example.com');
 * const { json } = await readMetadata([place]);
 * ```
 */
export async function readMetadata(
  places: readonly URL[],
  options: {
    readonly signal?: AbortSignal | undefined;
    readonly fetch?: TokenFetch | undefined;
  } = {},
): Promise<FoundMetadata> {
  const { signal, fetch = globalThis.fetch } = options;
  let status = 0;
  for (const place of new Set(places.map(({ href }) => href))) {
    const response = await request(place, signal, fetch);
    const body = await readBody(response);
    ({ status } = response);
    if (status === 429 || status >= 500)
      throw unavailable(place, `: HTTP ${status}`, {
        retryAfter: retryAfterOf(
          response.headers.get('retry-after'),
          response.headers.get('date'),
          Date.now(),
        ),
      });
    if (status !== 200) continue;
    if ('problem' in body) throw unavailable(place, `: it was ${body.problem}`);
    const json = parseObject(body.text);
    if (json !== undefined) return { json, status };
  }
  return { json: undefined, status };
}

async function request(
  place: string,
  signal: AbortSignal | undefined,
  fetch: TokenFetch,
): Promise<TokenFetchResponse> {
  try {
    return await fetch(place, {
      method: 'GET',
      headers: { accept: 'application/json' },
      redirect: 'manual',
      ...(signal && { signal }),
    });
  } catch (error) {
    throw unavailable(place, '', { cause: safeCause(error) });
  }
}

const unavailable = (
  place: string,
  detail: string,
  more: Pick<TokenErrorOptions, 'retryAfter' | 'cause'> = {},
): TokenError =>
  new TokenError('ERR_REFRESH_UNAVAILABLE', {
    message: `The metadata of ${new URL(place).origin} could not be had${detail}`,
    delivery: 'unsent',
    ...more,
  });
