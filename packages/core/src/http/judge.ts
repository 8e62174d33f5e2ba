import { type TokenError, tokenErrorOf } from '../errors/errors.ts';
import type { TokenSource } from '../source.ts';
import { abortable } from '../time/abortable.ts';
import type { AccessToken } from '../tokens/tokens.ts';
import type { HeaderMap, TokenHeader } from './authorization.ts';
import { classifyAnswer } from './classify-answer.ts';
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

/** What a request was signed with, as far as an answer to it goes. */
export interface Sent {
  readonly request: ApiRequest & { readonly signal?: AbortSignal | null | undefined };
  readonly origin: string;
  readonly source: TokenSource;
  readonly token: AccessToken;
}

/** `undefined`: give the answer to the caller as it is. */
export type Judge = (
  response: ApiResponse,
  replayable: boolean,
  sent: Sent,
) => Promise<Verdict> | undefined;

/** The decision what a refused request leads to. */
export function createJudge(classify: AuthOptions['classify'], header: TokenHeader): Judge {
  return (response, replayable, sent) => {
    const rejected = classifyAnswer(classify, response, sent.request);
    return rejected ? repair(rejected, response, replayable, sent, header) : undefined;
  };
}

async function repair(
  rejected: true | PromiseLike<boolean>,
  response: ApiResponse,
  replayable: boolean,
  { request, origin, source, token }: Sent,
  header: TokenHeader,
): Promise<Verdict> {
  const { signal } = request;
  // After a redirect to another origin it was not our token that was refused.
  if (
    !(await abortable(Promise.resolve(rejected), signal)) ||
    (response.url && targetOf(response.url) !== origin)
  )
    return {};
  const { accessToken } = token;
  let next: AccessToken | undefined;
  try {
    next = await abortable(
      source.replaceRejected(accessToken, { signal: signal ?? undefined }),
      signal,
    );
  } catch (error) {
    const cause = tokenErrorOf(error);
    if (signal?.aborted || cause?.action !== 'signIn') throw error;
    return { cause };
  }
  if (!next || next.accessToken === accessToken) return {};
  const about = { method: request.method, origin };
  const notReplayed = (): void => report(source, { type: 'notReplayed', ...about });
  if (!replayable) {
    notReplayed();
    return {};
  }
  return {
    replay: header.headersFor(next),
    notReplayed,
    replayed(status) {
      const outcome =
        status === undefined ? 'failed' : isRefusal(status, response) ? 'rejected' : 'accepted';
      report(source, { type: 'replayed', ...about, status, outcome });
    },
  };
}

// Where `classify` takes another status for a refusal, that status again is one.
const isRefusal = (status: number, first: ApiResponse): boolean =>
  status === 401 || (status >= 400 && status === first.status);
