import { TokenError, type TokenResponse } from 'unexpired';
import { retryAfterOf } from 'unexpired/adapter';
import type { HttpReply, Reply } from './reply.ts';

/** A reply as a refresh function puts it: the answer, or a `TokenError` that says what is known of the redemption. */
export function asFunctionResult(reply: Reply, now: () => number): TokenResponse {
  if (!('status' in reply)) {
    throw reply.failure === 'refused'
      ? new TokenError('ERR_REFRESH_UNAVAILABLE', {
          message: 'The simulated server refused the connection',
          delivery: 'unsent',
        })
      : new TokenError('ERR_REFRESH_UNAVAILABLE', {
          message: 'The connection to the simulated server was lost',
          delivery: 'unanswered',
        });
  }
  const json = objectIn(reply.body);
  if (
    reply.status === 200 &&
    (typeof json?.['access_token'] === 'string' || typeof json?.['refresh_token'] === 'string')
  ) {
    return json as unknown as TokenResponse;
  }
  throw errorFor(reply, json?.['error'], now);
}

function errorFor({ status, headers }: HttpReply, error: unknown, now: () => number): TokenError {
  // 5 s where a 429 does not say: what `@unexpired/oauth` takes it for.
  const retryAfter =
    retryAfterOf(headers['retry-after'], headers['date'], now()) ??
    (status === 429 ? 5_000 : undefined);
  const message = `The simulated server answered ${status}${typeof error === 'string' ? ` ${error}` : ''}`;
  if (error === 'invalid_grant')
    return new TokenError('ERR_SESSION_ENDED', { message, delivery: 'answered' });
  if (status === 401 || CONFIGURATION.has(error))
    return new TokenError('ERR_REFRESH_CONFIGURATION', { message, delivery: 'answered' });
  const declined =
    status === 503
      ? retryAfter !== undefined || error !== undefined
      : status < 500 && (status >= 400 || error !== undefined);
  return new TokenError('ERR_REFRESH_UNAVAILABLE', {
    message,
    delivery: declined ? 'answered' : 'unanswered',
    retryAfter,
  });
}

const CONFIGURATION = new Set<unknown>([
  'invalid_client',
  'unauthorized_client',
  'unsupported_grant_type',
  'invalid_scope',
]);

function objectIn(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    // A page, or JSON that was cut: there is no answer in it, which is what `undefined` says.
    return undefined;
  }
}
