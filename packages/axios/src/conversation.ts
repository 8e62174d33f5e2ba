import { explain, isReplayable, type Signature, type Verdict } from 'unexpired/adapter';
import { hideRequest, RawAnswer, release } from './answer.ts';
import type { Answer, Config } from './axios-like.ts';
import type { Budget } from './budget.ts';
import { timeoutMessage } from './client-errors.ts';
import { type Dispatch, replaceMembers, restoreMembers } from './dispatch.ts';
import { copiedBytes, freezeInputs, type Inputs, readInputs, REPLAYED } from './frozen.ts';
import { resetHeaders, setHeaders } from './headers.ts';
import { withRequest } from './own-error.ts';
import { isNodeFetch, refusedRedirects } from './redirects.ts';
import { guardRedirect } from './target.ts';

/** Where a request goes, and what of it is ours. */
export interface Route {
  readonly url: string;
  /** The header that carries the token, in lower case. */
  readonly header: string;
  /** The name under which the request has it already. */
  readonly name: string | undefined;
  readonly budget: Budget | undefined;
  /** The caller's `auth`, where the token takes its place. */
  readonly auth: unknown;
}

/**
 * Sends a signed request, and once more where its token was refused. `inputs`: what was there at the call, where it had to
 * wait. Runs for every request: no function and no copy is made here that only a refusal needs.
 */
export async function converse(
  config: Config,
  adapter: unknown,
  dispatch: Dispatch,
  { url, header, name, budget, auth }: Route,
  signature: Signature,
  inputs?: Inputs,
): Promise<Answer> {
  const { data, headers } = config;
  // Decided before the first send: what is a stream by then is one that can be read once. A factory makes another one.
  const replayable =
    typeof data === 'function' || (isReplayable(data) && copiedBytes(data) <= REPLAYED);
  const again = inputs ?? (replayable ? freezeInputs(config, dispatch.serialize) : undefined);
  // A serializer of the caller's has run by now.
  const first =
    inputs ??
    (again && config.paramsSerializer
      ? { ...readInputs(config), paramsSerializer: again.paramsSerializer }
      : readInputs(config));
  // axios writes the length of a body that is no text into them.
  const kept = replayable && data && typeof data !== 'string' ? { ...headers } : undefined;
  const always: Record<string, unknown> = {
    beforeRedirect: guardRedirect(url, config.beforeRedirect),
  };
  if (header !== 'authorization' || isNodeFetch(config, adapter))
    Object.assign(always, refusedRedirects(config, adapter));
  if (auth) always['auth'] = undefined;

  let members = first ? { ...first, ...always } : always;
  let sending = signature.headers;
  let replay: Verdict | undefined;
  for (;;) {
    // Where nothing waited, all of it is left.
    const left = inputs || replay ? budget?.left() : undefined;
    if (left)
      Object.assign(members, { timeout: left, timeoutErrorMessage: timeoutMessage(config) });
    // On the config itself, which costs least, and off again: configs end up in errors, and those in logs.
    const own = replaceMembers(config, members);
    const replaced = setHeaders(headers, sending, header, name);
    let answer: Answer;
    let refusal: { readonly error: unknown } | undefined; // an adapter may reject with nothing
    try {
      answer = await dispatch.send(adapter, config, sending);
    } catch (error) {
      refusal = { error };
      answer = (error as { response: Answer } | undefined)?.response as Answer;
    }
    const found = refusal ? refusal.error : answer;
    dispatch.forget(found, config, sending);
    restoreMembers(config, own);
    Object.assign(headers, replaced);
    if (refusal) hideRequest(found);
    replay?.replayed?.(answer?.status);
    if (refusal && !answer) throw found;
    const judging = replay ? undefined : signature.judge(new RawAnswer(answer), replayable);
    const verdict = judging && (await wait(judging, config, answer, budget));
    if (verdict?.cause) explain(found as object, verdict.cause);
    if (!verdict?.replay) {
      if (refusal) throw found;
      return answer;
    }
    release(answer);
    sending = verdict.replay;
    replay = verdict;
    members = { ...again, ...always };
    // An upload is reported once. Without any listener the fetch adapter would send it another way.
    if (config.onUploadProgress) members['onUploadProgress'] = () => undefined;
    if (kept) resetHeaders(headers, kept);
  }
}

async function wait(
  judging: Promise<Verdict>,
  config: Config,
  answer: Answer,
  budget: Budget | undefined,
): Promise<Verdict> {
  try {
    return await (budget ? budget.within(judging) : judging);
  } catch (error) {
    // The caller gets an error instead of this answer.
    release(answer);
    throw withRequest(error, config, answer.request);
  }
}
