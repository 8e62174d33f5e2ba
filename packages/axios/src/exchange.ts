import { type Authorize, explain, isReplayable } from 'unexpired/adapter';
import { hideRequest, RawAnswer, release } from './answer.ts';
import type { Answer, Config } from './axios-like.ts';
import { startBudget } from './budget.ts';
import type { Dispatch } from './dispatch.ts';
import { guardRedirect, urlOf } from './target.ts';

/**
 * One request, in place of its adapter: below all interceptors and transforms, so that those run once and cannot replace
 * the token.
 */
export async function exchange(
  config: Config,
  adapter: unknown,
  authorize: Authorize,
  dispatch: Dispatch,
): Promise<Answer> {
  const { auth, beforeRedirect, headers, onUploadProgress, signal } = config;
  let name = 'Authorization';
  for (const key of Object.keys(headers))
    if (key.length === 13 && key.toLowerCase() === 'authorization') name = key;
  const before = headers[name];
  // `false` is axios's way to say that there shall be none.
  if (before === false) return dispatch.send(adapter, config);

  const url = urlOf(config);
  const budget = config.timeout || config.cancelToken ? startBudget(config, dispatch) : undefined;
  const signing = authorize({
    url,
    authorization: auth ? 'Basic' : (before as string | undefined),
    signal,
    tokens: config.tokens,
  });
  const signature =
    signing && 'then' in signing ? await (budget ? budget.within(signing) : signing) : signing;
  if (!signature) return dispatch.send(adapter, config);

  // Decided before the first send: what is a stream by then is one that can be read once. A factory makes another one.
  const replayable = typeof config.data === 'function' || isReplayable(config.data);
  const guarded = guardRedirect(url, beforeRedirect);
  let authorization = signature.authorization;
  for (let replayed = false; ; replayed = true) {
    let answer: Answer;
    let refusal: Error | undefined;
    // On the config itself, which costs least, and off again: configs end up in errors, and those in logs.
    headers[name] = authorization;
    config.beforeRedirect = guarded;
    if (auth) config.auth = undefined;
    // An upload is reported once. Without any listener the fetch adapter would send it another way.
    if (replayed && onUploadProgress) config.onUploadProgress = () => undefined;
    try {
      answer = await dispatch.send(adapter, config, budget?.left());
    } catch (error) {
      refusal = error as Error;
      hideRequest(refusal);
      answer = (error as { response: Answer }).response;
    }
    headers[name] = before;
    config.beforeRedirect = beforeRedirect;
    if (auth) config.auth = auth;
    if (onUploadProgress) config.onUploadProgress = onUploadProgress;
    if (refusal && !answer) throw refusal;
    const judging = replayed ? undefined : signature.judge(new RawAnswer(answer), replayable);
    const verdict =
      judging && (await (budget ? budget.within(judging) : judging).catch(dropping(answer)));
    if (verdict?.cause) explain(refusal ?? answer, verdict.cause);
    if (!verdict?.replay) {
      if (refusal) throw refusal;
      return answer;
    }
    release(answer);
    authorization = verdict.replay;
  }
}

// The caller gets an error instead of this answer.
const dropping =
  (answer: Answer) =>
  (error: unknown): never => {
    release(answer);
    throw error;
  };
