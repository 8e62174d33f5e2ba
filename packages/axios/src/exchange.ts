import { type Authorize, explain, isReplayable, type Verdict } from 'unexpired/adapter';
import { hideRequest, RawAnswer, release } from './answer.ts';
import type { Answer, Config } from './axios-like.ts';
import { startBudget } from './budget.ts';
import type { Dispatch } from './dispatch.ts';
import { ownName, setHeaders } from './headers.ts';
import { withRequest } from './own-error.ts';
import { isNoCors, refuseRedirects } from './redirects.ts';
import { guardRedirect, urlOf } from './target.ts';

/** What is attached to an instance, as far as one request goes. */
export interface Attached {
  readonly authorize: Authorize;
  /** The header that carries the token, in lower case. */
  readonly header: string;
}

/**
 * One request, in place of its adapter: below all interceptors and transforms, so that those run once and cannot replace
 * the token.
 */
export async function exchange(
  config: Config,
  adapter: unknown,
  { authorize, header }: Attached,
  dispatch: Dispatch,
): Promise<Answer> {
  const { beforeRedirect, headers, onUploadProgress, signal } = config;
  const auth = header === 'authorization' ? config.auth : undefined;
  const name = ownName(headers, header);
  const before = name === undefined ? undefined : headers[name];
  // `false` is axios's way to say that there shall be none.
  if (before === false || isNoCors(config, adapter)) return dispatch.send(adapter, config);

  const url = urlOf(config);
  const budget = config.timeout || config.cancelToken ? startBudget(config, dispatch) : undefined;
  const signing = authorize({
    method: (config.method ?? 'get').toUpperCase(),
    url,
    carried: auth ? 'Basic -' : (before as string | undefined),
    signal,
    tokens: config.tokens,
  });
  const signature =
    signing && 'then' in signing
      ? await (budget ? budget.within(signing) : signing).catch((error: unknown) => {
          throw withRequest(error, config);
        })
      : signing;
  if (!signature) return dispatch.send(adapter, config);

  // Decided before the first send: what is a stream by then is one that can be read once. A factory makes another one.
  const replayable = typeof config.data === 'function' || isReplayable(config.data);
  const guarded = guardRedirect(url, beforeRedirect);
  let sending = signature.headers;
  let replay: Verdict | undefined;
  for (;;) {
    let answer: Answer;
    let refusal: Error | undefined;
    // On the config itself, which costs least, and off again: configs end up in errors, and those in logs.
    const replaced = setHeaders(headers, sending, header, name);
    const followed = header === 'authorization' ? undefined : refuseRedirects(config, adapter);
    config.beforeRedirect = guarded;
    if (auth) config.auth = undefined;
    // An upload is reported once. Without any listener the fetch adapter would send it another way.
    if (replay && onUploadProgress) config.onUploadProgress = () => undefined;
    try {
      answer = await dispatch.send(adapter, config, budget?.left());
    } catch (error) {
      refusal = error as Error;
      hideRequest(refusal);
      answer = (error as { response: Answer }).response;
    }
    Object.assign(headers, replaced);
    if (followed) Object.assign(config, followed);
    config.beforeRedirect = beforeRedirect;
    if (auth) config.auth = auth;
    if (onUploadProgress) config.onUploadProgress = onUploadProgress;
    replay?.replayed?.(answer?.status);
    if (refusal && !answer) throw refusal;
    const judging = replay ? undefined : signature.judge(new RawAnswer(answer), replayable);
    const verdict =
      judging &&
      (await (budget ? budget.within(judging) : judging).catch((error: unknown) => {
        // The caller gets an error instead of this answer.
        release(answer);
        throw withRequest(error, config, answer.request);
      }));
    if (verdict?.cause) explain(refusal ?? answer, verdict.cause);
    if (!verdict?.replay) {
      if (refusal) throw refusal;
      return answer;
    }
    release(answer);
    sending = verdict.replay;
    replay = verdict;
  }
}
