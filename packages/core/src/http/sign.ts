import { TokenError, tokenErrorOf } from '../errors/errors.ts';
import type { TokenSource, WaitOptions } from '../source.ts';
import { abortable } from '../time/abortable.ts';
import type { AccessToken } from '../tokens/tokens.ts';
import type { TokenHeader } from './authorization.ts';
import type { Judge, Sent } from './judge.ts';
import { nameRequest } from './name-request.ts';
import type { ApiResponse, AuthOptions } from './options.ts';
import type { Signature, UnsignedRequest } from './signature.ts';

/** Signs a request to an allowed origin. A promise only where the source has not given this token before. */
export type Sign = (
  source: TokenSource,
  origin: string,
  request: UnsignedRequest,
) => Signature | Promise<Signature | undefined>;

export function createSign(
  { whenSignedOut }: AuthOptions,
  header: TokenHeader,
  judge: Judge,
): Sign {
  // A promise that has been seen to its end, and what it gave. Waiting for it once more takes longer than all the rest.
  let asked: Promise<AccessToken | undefined> | undefined;
  let given: AccessToken | undefined;

  // One for all, which finds the rest at its signature: a function for each request would take several times as much.
  function judgeSigned(this: Signature & Sent, response: ApiResponse, replayable: boolean) {
    return judge.signed(response, replayable, this);
  }

  const signatureOf = (
    token: AccessToken,
    source: TokenSource,
    origin: string,
    request: UnsignedRequest,
  ): Signature & Sent => ({
    headers: header.headersFor(token, request.carried),
    token,
    source,
    origin,
    request,
    judge: judgeSigned,
  });

  const failed = (
    error: unknown,
    source: TokenSource,
    origin: string,
    request: UnsignedRequest,
  ): Signature | undefined => {
    const found = tokenErrorOf(error);
    // This is the refresh itself, made through the client that it serves.
    if (found?.code === 'ERR_REENTRANT') return OF_A_REFRESH;
    if (request.signal?.aborted) throw error;
    if (found === undefined || whenSignedOut === 'reject' || !isNobodyKnown(source, found))
      throw nameRequest(error, request.method, origin);
    return {
      headers: header.headersForNone(request.carried),
      judge: (response) => judge.unsigned(response, { request, origin }, found),
    };
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
      return failed(error, source, origin, request);
    }
    if (token) {
      asked = asking;
      given = token;
      return signatureOf(token, source, origin, request);
    }
    if (whenSignedOut === 'reject')
      throw new TokenError('ERR_SIGNED_OUT', {
        message: `Nobody is signed in (${request.method} ${origin})`,
      });
    return request.carried
      ? { headers: header.headersForNone(request.carried), judge: () => undefined }
      : undefined;
  };

  return (source, origin, request) => {
    const asking = askToken(source, request.signal);
    if (given && asking === asked && !request.signal?.aborted)
      return signatureOf(given, source, origin, request);
    return signLater(asking, source, origin, request);
  };
}

/**
 * Is nobody known to be signed in, so that a request may go out unsigned although the token could not be had? An outage
 * of the token endpoint is no reason to fail what needs no token. Not where somebody was signed in while this waited.
 */
function isNobodyKnown(source: TokenSource, { action, code }: TokenError): boolean {
  const { status } = source as { readonly status?: unknown };
  return (
    (status === 'unknown' || status === 'signedOut') && action !== 'signIn' && code !== 'ERR_CLOSED'
  );
}

const OF_A_REFRESH: Signature = Object.freeze({
  headers: {},
  judge: () => undefined,
  isRefresh: true,
});
const NO_SIGNAL: WaitOptions = Object.freeze({});

/** Asks a source for a token. What it throws at once is what it rejects with. */
export function askToken(
  source: TokenSource,
  signal: AbortSignal | null | undefined,
): Promise<AccessToken | undefined> {
  try {
    return source.getToken(signal ? { signal } : NO_SIGNAL);
  } catch (error) {
    return Promise.reject(error);
  }
}
