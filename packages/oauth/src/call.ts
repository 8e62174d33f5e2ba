import { TokenError } from 'unexpired';
import { readMembers, retryAfterOf } from 'unexpired/adapter';
import { classifyRefusal, type Refusal, refusalError } from './answer.ts';
import { parseObject, readBody } from './body.ts';
import { isOffline, surelyUnsent } from './delivery.ts';
import type { TokenFetch, TokenFetchResponse } from './fetch.ts';
import { safeCause } from './safe-cause.ts';

/** An endpoint's answer, read. */
export interface Answer extends Refusal {
  /** The body where it is a JSON object. */
  readonly json: Readonly<Record<string, unknown>> | undefined;
  /** Why there is none. */
  readonly problem: string | undefined;
  /** The body was too long, or did not come to its end. */
  readonly isCut: boolean;
}

/** How one function here makes its calls. */
export interface Caller {
  readonly fetch: TokenFetch;
  /** For messages: "token endpoint". */
  readonly endpoint: string;
}

/**
 * Sends one request, which `send` builds, and reads the answer. Rejects with a `TokenError` that says whether the
 * request left. `send` gets a fetch that notes it.
 */
export async function call(
  caller: Caller,
  signal: AbortSignal,
  send: (fetch: TokenFetch) => Promise<unknown>,
): Promise<Answer> {
  if (signal.aborted)
    throw unavailable(caller, 'unsent', 'was not called: the time was up before', signal.reason);
  const offlineBefore = isOffline();
  let sent = false;
  let response: TokenFetchResponse | undefined;
  try {
    await send(async (url, init) => {
      sent = true;
      response = await caller.fetch(url, { ...init, signal });
      return response;
    });
  } catch (error) {
    if (response === undefined && !sent) throw unprepared(caller, error);
    if (response === undefined) {
      // Offline before and after: a connection that was lost in between would have shown up as online once.
      const unsent = surelyUnsent(error) || (!signal.aborted && offlineBefore && isOffline());
      throw unavailable(
        caller,
        unsent ? 'unsent' : 'unanswered',
        unsent ? 'could not be reached' : 'did not answer',
        error,
      );
    }
  }
  if (response === undefined) throw unavailable(caller, 'unanswered', 'did not answer', undefined);
  return read(response);
}

/** Reads everything that matters of a response. A body that cannot be read is a fact about the answer, not an error. */
async function read(response: TokenFetchResponse): Promise<Answer> {
  const body = await readBody(response);
  const json = 'text' in body ? parseObject(body.text) : undefined;
  const error = json?.['error'];
  return {
    status: response.status,
    redirect:
      (response.status >= 300 && response.status < 400) || response.type === 'opaqueredirect',
    error: typeof error === 'string' && error !== '' ? error : undefined,
    retryAfter: retryAfterOf(
      response.headers.get('retry-after'),
      response.headers.get('date'),
      Date.now(),
    ),
    json,
    isCut: 'problem' in body,
    problem:
      'text' in body
        ? json === undefined
          ? 'no JSON object'
          : undefined
        : `a body that was ${body.problem}`,
  };
}

/** The `TokenError` for an answer that is no success. */
export function refused(
  answer: Answer,
  caller: Caller,
  spends: boolean,
  secrets: readonly string[],
): TokenError {
  return refusalError(
    answer,
    caller.endpoint,
    classifyRefusal(answer, spends),
    secrets,
    answer.error === undefined ? answer.problem : undefined,
  );
}

function unavailable(
  { endpoint }: Caller,
  delivery: 'unsent' | 'unanswered',
  what: string,
  error: unknown,
): TokenError {
  return new TokenError('ERR_REFRESH_UNAVAILABLE', {
    message: `The ${endpoint} ${what}`,
    cause: error === undefined ? undefined : safeCause(error),
    delivery,
  });
}

/** Nothing was sent. A key that does not fit stays wrong; a client authentication that asks a key service may work later. */
function unprepared(caller: Caller, error: unknown): TokenError {
  const { name, code } = readMembers(error, ['name', 'code']).of;
  if (name === 'TokenError' && error instanceof TokenError) return error;
  if (typeof code !== 'string' || !/^(?:ERR_INVALID_ARG_|OAUTH_)/.test(code))
    return unavailable(caller, 'unsent', 'was not called: the request could not be built', error);
  return new TokenError('ERR_REFRESH_CONFIGURATION', {
    message: `The request for the ${caller.endpoint} could not be built`,
    cause: safeCause(error),
    delivery: 'unsent',
  });
}
