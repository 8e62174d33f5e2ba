import { type TokenError, type TokenErrorCode, tokenErrorOf } from 'unexpired';

/** What an answer of HTTP's own can say. */
export type HttpCode =
  | 'unauthenticated'
  | 'forbidden'
  | 'unknown'
  | 'method'
  | 'precondition'
  | 'size'
  | 'type'
  | 'body'
  | 'limit'
  | 'internal';

export interface InputError {
  /** JSON pointer into the body, or the name of a header. */
  readonly pointer: string;
  readonly reason: string;
}

/** `application/problem+json` (RFC 9457). Nothing in it comes from the request or from a token. */
export interface ProblemBody {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: TokenErrorCode | HttpCode;
  readonly action: TokenError['action'];
  /** Seconds. */
  readonly retry_after?: number;
  readonly errors?: readonly InputError[];
}

type Row = readonly [status: number, title: string];

const HTTP: Readonly<Record<HttpCode, Row>> = {
  unauthenticated: [401, 'The credentials are missing, unknown or expired'],
  forbidden: [403, 'These credentials may not do this'],
  unknown: [404, 'There is nothing here'],
  method: [405, 'This method is not for this address'],
  precondition: [412, 'The session is not in the state that the request wants'],
  size: [413, 'The body is too large: 64 KiB at the most'],
  type: [415, 'The body has to be application/json'],
  body: [400, 'The request could not be understood'],
  limit: [429, 'Too much was asked for'],
  internal: [500, 'The service failed'],
};
const TOKENS: Readonly<Record<TokenErrorCode, Row>> = {
  ERR_SIGNED_OUT: [409, 'The session was signed out'],
  ERR_SESSION_ENDED: [409, 'The provider has ended the session'],
  ERR_REFRESH_UNAVAILABLE: [503, 'The token could not be refreshed now'],
  ERR_REFRESH_LIMIT: [503, 'The token was replaced too often'],
  ERR_WAIT_LIMIT: [503, 'The refresh takes longer than the request may wait'],
  ERR_CLOSED: [503, 'The service is closing'],
  ERR_REFRESH_CONFIGURATION: [502, 'The provider does not accept the client'],
  ERR_REFRESH_ANSWER: [502, 'The provider gave an answer that is no token'],
  ERR_STORE_RECORD: [500, 'The stored session cannot be read'],
  ERR_REENTRANT: [500, 'The refresh waits for itself'],
};
/** Seconds, where nobody knows better. */
const RETRY_AFTER = 1;

/** An answer that is none of success. */
export class Problem extends Error {
  readonly code: HttpCode;
  readonly errors: readonly InputError[] | undefined;
  /** Seconds, of a `limit`. */
  readonly retryAfter: number | undefined;

  constructor(code: HttpCode, errors?: readonly InputError[], retryAfter?: number) {
    super(code);
    this.name = 'Problem';
    this.code = code;
    this.errors = errors;
    this.retryAfter = retryAfter;
  }
}

/** The code that the caller gets. */
export const codeOf = (error: unknown): ProblemBody['code'] => problemOf(error).code;

/** What is said of an error to the caller. What nobody foresaw is `internal`, without a word of it. */
export function problemOf(error: unknown): ProblemBody {
  if (error instanceof Problem) {
    const { code, errors, retryAfter } = error;
    const [status, title] = HTTP[code];
    return {
      ...{ type: `urn:unexpired:${code}`, title, status, code, action: 'fix' },
      ...(errors !== undefined && { errors }),
      ...(retryAfter !== undefined && { action: 'retry', retry_after: retryAfter }),
    };
  }
  const failure = tokenErrorOf(error);
  if (failure === undefined) return problemOf(new Problem('internal'));
  const { code, action, retryAfter } = failure;
  const [status, title] = TOKENS[code];
  return {
    ...{ type: `urn:unexpired:${code}`, title, status, code, action },
    ...(status === 503 && {
      action: 'retry',
      retry_after:
        retryAfter === undefined ? RETRY_AFTER : Math.max(1, Math.ceil(retryAfter / 1000)),
    }),
  };
}
