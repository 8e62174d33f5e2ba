import { type TokenError, tokenErrorOf } from '../errors/errors.ts';
import type { TokenSource } from '../source.ts';
import { abortable } from '../time/abortable.ts';
import type { AccessToken } from '../tokens/tokens.ts';
import type { HeaderMap, TokenHeader } from './authorization.ts';
import { classifyAnswer } from './classify-answer.ts';
import { nameRequest } from './name-request.ts';
import type { ApiRequest, ApiResponse, AuthOptions } from './options.ts';
import { targetOf } from './origin.ts';
import { report } from './report.ts';

/** What to do about a refusal: send again with the headers of `replay`, or hand it over, `cause` attached. */
export interface Verdict {
  /** Headers to set for the replay; `undefined`: to take off. */
  readonly replay?: HeaderMap;
  readonly cause?: TokenError;
  /** To be called when the replay was answered, or failed: what became of it. Tells the source. */
  replayed?(status: number | undefined): void;
  /** To be called in place of {@link replayed} when the body turns out to be gone. Tells the source. */
  notReplayed?(): void;
}

/** What a request was sent with, as far as an answer to it goes. */
export interface Sent {
  readonly request: ApiRequest & {
    readonly carried?: string | null | undefined;
    readonly signal?: AbortSignal | null | undefined;
  };
  readonly origin: string;
  readonly source: TokenSource;
  readonly token: AccessToken;
}

/** The decisions what an answer leads to. `undefined`: give it to the caller as it is. */
export interface Judge {
  /** Of a request with a token. */
  signed(response: ApiResponse, replayable: boolean, sent: Sent): Promise<Verdict> | undefined;
  /** Of a request that was sent without one, because of `error`. */
  unsigned(
    response: ApiResponse,
    sent: Pick<Sent, 'request' | 'origin'>,
    error: TokenError,
  ): Promise<Verdict> | undefined;
}

export function createJudge(classify: AuthOptions['classify'], header: TokenHeader): Judge {
  return {
    signed(response, replayable, sent) {
      const scheme = header.schemeOf(sent.token);
      const rejected = classifyAnswer(classify, response, sent.request, scheme);
      if (!rejected) return undefined;
      return repair(rejected, response, replayable, sent, header);
    },
    unsigned(response, sent, cause) {
      const rejected = classifyAnswer(classify, response, sent.request, '');
      if (!rejected) return undefined;
      return isOurs(rejected, response, sent).then((ours) => (ours ? { cause } : {}));
    },
  };
}

// After a redirect to another origin it was not our token that was refused.
async function isOurs(
  rejected: true | PromiseLike<boolean>,
  { url }: ApiResponse,
  { request, origin }: Pick<Sent, 'request' | 'origin'>,
): Promise<boolean> {
  return (
    (await abortable(Promise.resolve(rejected), request.signal)) &&
    (!url || targetOf(url) === origin)
  );
}

async function repair(
  rejected: true | PromiseLike<boolean>,
  response: ApiResponse,
  replayable: boolean,
  sent: Sent,
  header: TokenHeader,
): Promise<Verdict> {
  const { request, origin, source, token } = sent;
  if (!(await isOurs(rejected, response, sent))) return {};
  const { accessToken } = token;
  const { method, carried, signal } = request;
  let next: AccessToken | undefined;
  try {
    next = await abortable(
      source.replaceRejected(accessToken, { signal: signal ?? undefined }),
      signal,
    );
  } catch (error) {
    if (signal?.aborted) throw error;
    const cause = tokenErrorOf(error);
    // With the limit reached, the refusal is about more than this token: the caller gets it, explained.
    if (cause?.action !== 'signIn' && cause?.code !== 'ERR_REFRESH_LIMIT')
      throw nameRequest(error, method, origin);
    return { cause };
  }
  if (!next || next.accessToken === accessToken) return {};
  const notReplayed = (): void => report(source, { type: 'notReplayed', method, origin });
  if (!replayable) {
    notReplayed();
    return {};
  }
  return {
    replay: header.headersFor(next, carried),
    notReplayed,
    replayed(status) {
      const outcome =
        status === undefined ? 'failed' : isRefusal(status, response) ? 'rejected' : 'accepted';
      report(source, { type: 'replayed', method, origin, status, outcome });
    },
  };
}

// Where `classify` takes another status for a refusal, that status again is one.
const isRefusal = (status: number, first: ApiResponse): boolean =>
  status === 401 || (status >= 400 && status === first.status);
