import {
  type Authorize,
  explain,
  isRefreshSignal,
  isReplayable,
  letGoOfBody,
  type Signature,
  type Verdict,
  watchBody,
} from 'unexpired/adapter';
import { hideRequest, RawAnswer, release } from './answer.ts';
import type { Answer, Config } from './axios-like.ts';
import { type Budget, startBudget } from './budget.ts';
import { timeoutMessage } from './client-errors.ts';
import type { Dispatch, Members } from './dispatch.ts';
import { copiedBytes, freezeInputs, type Inputs, readInputs, REPLAYED } from './frozen.ts';
import { ownName, resetHeaders, setHeaders } from './headers.ts';
import { withRequest } from './own-error.ts';
import { isNoCors, refusedRedirects } from './redirects.ts';
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
export function exchange(
  config: Config,
  adapter: unknown,
  { authorize, header }: Attached,
  dispatch: Dispatch,
): Promise<Answer> {
  const { headers, signal } = config;
  const refreshing = isRefreshSignal(signal);
  const unbounded = config.timeout ? longerTimeout(config, refreshing) : undefined;
  const name = ownName(headers, header);
  const carried = name === undefined ? undefined : headers[name];
  // `false` is axios's way to say that there shall be none.
  if (carried === false || isNoCors(config, adapter))
    return dispatch.send(adapter, config, unbounded);

  const url = urlOf(config);
  const auth = header === 'authorization' ? config.auth : undefined;
  const bounded = !refreshing && (config.timeout || config.cancelToken);
  const budget = bounded ? startBudget(config, dispatch) : undefined;
  const signing = authorize({
    method: (config.method ?? 'get').toUpperCase(),
    url,
    carried: auth ? 'Basic -' : (carried as string | undefined),
    signal,
    tokens: config.tokens,
  });
  if (!signing) return dispatch.send(adapter, config, unbounded);
  if (!('then' in signing))
    return converse(config, adapter, dispatch, { url, header, signature: signing, budget, auth });

  const later = { url, header, budget, auth, unbounded };
  return converseLater(config, adapter, dispatch, signing, later);
}

/**
 * A refresh is everybody's: the caller's timeout must not end it after the server has rotated the token. The refresh has
 * a limit of its own. What is sent with `tokens: false` and changes something is a sign-in, mostly, and has 60 s.
 */
function longerTimeout(
  { timeout, method, tokens }: Config,
  refreshing: boolean,
): Members | undefined {
  if (refreshing) return { timeout: 0 };
  const signIn = tokens === false && !/^(get|head|options)$/i.test(method ?? 'get');
  return signIn && Number(timeout) < SIGN_IN_TIMEOUT ? { timeout: SIGN_IN_TIMEOUT } : undefined;
}

/** Ms that a sign-in has at least. */
const SIGN_IN_TIMEOUT = 60_000;

/** Sends what was there at the call, once there is a token for it. */
async function converseLater(
  config: Config,
  adapter: unknown,
  dispatch: Dispatch,
  signing: Promise<Signature | undefined>,
  { unbounded, ...signed }: Omit<Signed, 'signature'> & { readonly unbounded: Members | undefined },
): Promise<Answer> {
  const { headers } = config;
  const inputs = freezeInputs(config);
  const kept = { ...headers };
  const signature = await waitFor(signing, config, signed.budget, dispatch);
  resetHeaders(headers, kept);
  if (!signature) return dispatch.send(adapter, config, { ...inputs, ...unbounded } as Members);
  return converse(config, adapter, dispatch, { ...signed, signature, inputs });
}

/** Waits for a token: no longer than the caller would, and no longer than its body is whole. */
async function waitFor(
  signing: Promise<Signature | undefined>,
  config: Config,
  budget: Budget | undefined,
  dispatch: Dispatch,
): Promise<Signature | undefined> {
  const { data } = config;
  let end = (): void => undefined;
  const broken =
    typeof data === 'object' && data !== null
      ? new Promise<unknown>((resolve) => {
          end = watchBody(data, resolve);
        }).then(async (error): Promise<never> => {
          throw await dispatch.bodyError(config, error);
        })
      : undefined;
  try {
    const wait = broken ? Promise.race([signing, broken]) : signing;
    const signature = await (budget ? budget.within(wait) : wait);
    end();
    return signature;
  } catch (error) {
    end();
    letGoOfBody(data, error);
    throw withRequest(error, config);
  }
}

interface Signed {
  /** Where it goes. */
  readonly url: string;
  /** The header that carries the token, in lower case. */
  readonly header: string;
  readonly signature: Signature;
  readonly budget: Budget | undefined;
  /** The caller's `auth`, where the token takes its place. */
  readonly auth: unknown;
  /** What was there at the call, where the request had to wait. */
  readonly inputs?: Inputs;
}

/** Sends a signed request, and once more where its token was refused. */
async function converse(
  config: Config,
  adapter: unknown,
  dispatch: Dispatch,
  { url, header, signature, budget, auth, inputs }: Signed,
): Promise<Answer> {
  const { beforeRedirect, data, headers, onUploadProgress } = config;
  const factory = typeof data === 'function';
  // Decided before the first send: what is a stream by then is one that can be read once. A factory makes another one.
  const replayable = factory || (isReplayable(data) && copiedBytes(data) <= REPLAYED);
  const first = inputs ?? readInputs(config);
  const again = inputs ?? (replayable ? freezeInputs(config) : undefined);
  // axios writes the length of a body that is no text into them.
  const kept = replayable && data && typeof data !== 'string' ? { ...headers } : undefined;
  const guarded = guardRedirect(url, beforeRedirect);
  const redirects = header === 'authorization' ? undefined : refusedRedirects(config, adapter);

  let sending = signature.headers;
  let replay: Verdict | undefined;
  for (;;) {
    let answer: Answer;
    let refusal: Error | undefined;
    const members: Record<string, unknown> = {
      ...(replay ? again : first),
      ...redirects,
      beforeRedirect: guarded,
    };
    if (auth) members['auth'] = undefined;
    // Where nothing waited, all of it is left.
    const left = inputs || replay ? budget?.left() : undefined;
    if (left)
      Object.assign(members, { timeout: left, timeoutErrorMessage: timeoutMessage(config) });
    // An upload is reported once. Without any listener the fetch adapter would send it another way.
    if (replay && onUploadProgress) members['onUploadProgress'] = () => undefined;
    // On the config itself, which costs least, and off again: configs end up in errors, and those in logs.
    if (replay && kept) resetHeaders(headers, kept);
    const replaced = setHeaders(headers, sending, header, ownName(headers, header));
    try {
      answer = await dispatch.send(adapter, config, members, sending);
    } catch (error) {
      refusal = error as Error;
      hideRequest(refusal);
      answer = (error as { response: Answer }).response;
    }
    Object.assign(headers, replaced);
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
