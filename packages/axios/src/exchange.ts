import { type Authorize, explain, isReplayable, targetOf } from 'unexpired/adapter';
import { release, toApiResponse } from './answer.ts';
import type { Answer, Config } from './axios-like.ts';
import { type Dispatch, timeoutMessage } from './dispatch.ts';
import { guardRedirect, urlOf } from './target.ts';

/**
 * One request, in place of its adapter: below all interceptors and transforms, so that those run once and cannot replace
 * the token.
 */
export async function exchange(
  config: Config,
  adapter: unknown,
  authorize: Authorize,
  { send, urlOf: answeredBy, timeoutError }: Dispatch,
): Promise<Answer> {
  const { headers, signal, cancelToken } = config;
  const timeout = Number(config.timeout) || 0;
  const started = timeout && Date.now();

  // The caller's timeout and cancel token hold while we wait; its signal is passed on.
  const within = <T>(wait: Promise<T>): Promise<T> => {
    if (!timeout && !cancelToken) return wait;
    return new Promise((resolve, reject) => {
      const expire = (): void => void timeoutError(config).then(reject, reject);
      const timer = timeout > 0 ? setTimeout(expire, Math.min(Math.max(0, started + timeout - Date.now()), 2 ** 31 - 1)) : undefined;
      cancelToken?.subscribe(reject);
      const done = (): void => {
        clearTimeout(timer);
        cancelToken?.unsubscribe(reject);
      };
      wait.then(resolve, reject);
      wait.then(done, done);
    });
  };

  const attempt = async (authorization: string | undefined): Promise<{ answer: Answer; error?: Error }> => {
    // On the config itself, which is what costs least, and off again: it ends up in errors, and those in logs.
    const before = headers.get('Authorization');
    if (authorization) headers.set('Authorization', authorization, true);
    else headers.delete('Authorization');
    try {
      const answer = await send(adapter, sent());
      answer.config = config;
      return { answer };
    } catch (error) {
      const { response: answer } = withConfig(error, config);
      if (!answer) throw error;
      return { answer, error: error as Error };
    } finally {
      if (before === undefined) headers.delete('Authorization');
      else headers.set('Authorization', before, true);
    }
  };

  const url = urlOf(config);
  const sent = (): Config => {
    const named = typeof adapter !== 'function';
    const waited = timeout && Date.now() - started;
    if (!named && !config.auth && !waited) return config;
    return {
      ...config,
      auth: undefined,
      // What is left of it, with the message of the whole.
      ...(waited && { timeout: Math.max(1, timeout - waited), timeoutErrorMessage: timeoutMessage(config) }),
      ...(named && { beforeRedirect: guardRedirect(targetOf(url), config.beforeRedirect) }),
    };
  };

  const existing = headers.get('Authorization');
  const signing =
    // `false` is axios's way to say that there shall be none.
    existing === false
      ? undefined
      : authorize({ url, authorization: config.auth ? 'Basic' : (existing as string | undefined), signal, tokens: config.tokens });
  const signature = signing && (await within(signing));
  if (!signature) {
    try {
      const answer = await send(adapter, config);
      answer.config = config;
      return answer;
    } catch (error) {
      withConfig(error, config);
      throw error;
    }
  }

  const first = await attempt(signature.authorization);
  let last = first;
  const judging = signature.judge(toApiResponse(first.answer, answeredBy(first.answer)), isReplayable(config.data));
  if (judging) {
    const verdict = await within(judging).catch((error: unknown) => {
      release(first.answer);
      throw error;
    });
    if (verdict.cause) explain(first.error ?? first.answer, verdict.cause);
    if (verdict.replay) {
      release(first.answer);
      last = await attempt(verdict.replay);
    }
  }
  if (last.error) throw last.error;
  return last.answer;
}

// The caller's config, not the copy that was sent: retries are made of it.
function withConfig(error: unknown, config: Config): { response?: Answer } {
  const failure = (error ?? {}) as { config?: Config; response?: Answer };
  if (failure.config) failure.config = config;
  if (failure.response) failure.response.config = config;
  return failure;
}
