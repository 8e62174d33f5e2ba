import {
  type Authorize,
  isRefreshSignal,
  letGoOfBody,
  type Signature,
  watchBody,
} from 'unexpired/adapter';
import type { Answer, Config } from './axios-like.ts';
import { type Budget, startBudget } from './budget.ts';
import { converse, type Route } from './conversation.ts';
import type { Dispatch, Members } from './dispatch.ts';
import { freezeInputs } from './frozen.ts';
import { ownName, resetHeaders } from './headers.ts';
import { withRequest } from './own-error.ts';
import { isNoCors } from './redirects.ts';
import { urlOf } from './target.ts';

/** What is attached to an instance, as far as one request goes. */
export interface Attached {
  readonly authorize: Authorize;
  /** The header that carries the token, in lower case. */
  readonly header: string;
  /** Somebody asks where a request goes, and not for its origin alone. */
  readonly wholeUrls: boolean;
}

/**
 * One request, in place of its adapter: below all interceptors and transforms, so that those run once and cannot replace
 * the token.
 */
export function exchange(
  config: Config,
  adapter: unknown,
  { authorize, header, wholeUrls }: Attached,
  dispatch: Dispatch,
): Promise<Answer> {
  const { headers, signal } = config;
  const refreshing = isRefreshSignal(signal);
  const unbounded = takeBudgetOff(config, refreshing);
  const name = ownName(headers, header);
  const carried = name === undefined ? undefined : headers[name];
  // `false` is axios's way to say that there shall be none.
  if (carried === false || isNoCors(config, adapter))
    return dispatch.sendUnsigned(adapter, config, unbounded);

  const url = urlOf(config, wholeUrls);
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
  if (!signing) return dispatch.sendUnsigned(adapter, config, unbounded);
  const route = { url, header, name, budget, auth };
  return 'then' in signing
    ? converseLater(config, adapter, dispatch, route, signing, unbounded)
    : converse(config, adapter, dispatch, route, signing);
}

/**
 * A refresh is everybody's: the caller's timeout must not end it after the server has rotated the token, nor axios-retry
 * send it again. The refresh has a limit of its own. What is sent with `tokens: false` and changes something is a sign-in,
 * mostly, and has 60 s.
 */
function takeBudgetOff(config: Config, refreshing: boolean): Members | undefined {
  const { timeout, method, tokens } = config;
  const signIn = tokens === false && !/^(get|head|options)$/i.test(method ?? 'get');
  if (!refreshing && !signIn) return undefined;
  // Looked at when the request has failed.
  const retry = config['axios-retry'];
  if (retry) config['axios-retry'] = { ...retry, retries: 0 };
  if (!timeout) return undefined;
  if (refreshing) return { timeout: 0 };
  return Number(timeout) < SIGN_IN_TIMEOUT ? { timeout: SIGN_IN_TIMEOUT } : undefined;
}

/** Ms that a sign-in has at least. */
const SIGN_IN_TIMEOUT = 60_000;

/** Sends what was there at the call, once there is a token for it. */
async function converseLater(
  config: Config,
  adapter: unknown,
  dispatch: Dispatch,
  route: Route,
  signing: Promise<Signature | undefined>,
  unbounded: Members | undefined,
): Promise<Answer> {
  const { headers } = config;
  const inputs = freezeInputs(config, dispatch.serialize);
  const kept = { ...headers };
  const signature = await waitFor(signing, config, route.budget, dispatch);
  resetHeaders(headers, kept);
  if (!signature || signature.isRefresh) {
    const own = signature ? takeBudgetOff(config, true) : unbounded;
    return dispatch.sendUnsigned(adapter, config, { ...inputs, ...own } as Members);
  }
  return converse(config, adapter, dispatch, route, signature, inputs);
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
