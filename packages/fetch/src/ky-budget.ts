import type { Options } from 'ky';
import { isRefreshSignal } from 'unexpired/adapter';

/** How long a sign-in may take, in ms: as long as a refresh may. */
export const SIGN_IN_TIMEOUT = 60_000;

/** ky's options, as its hooks get them. */
export type KyOptions = Pick<Options, 'method' | 'retry' | 'timeout' | 'tokens'> & {
  readonly body?: unknown;
  readonly signal?: AbortSignal | null | undefined;
  totalTimeout?: number | false;
  hooks?: { readonly beforeRequest?: readonly unknown[] | undefined } | undefined;
};

/**
 * Is this a refresh, or a sign-in, on its way? Everybody waits for a refresh, so ky's `timeout` (10 s unless it is said)
 * and retries must not end or repeat it: its server may have replaced the refresh token already. It is told by its
 * signal, or by `tokens: false`, which sign-ins carry, too. A request that only reads is nobody's sign-in.
 */
export const isEverybodys = ({ tokens, signal, method = 'get' }: KyOptions): boolean =>
  isRefreshSignal(signal) || (tokens === false && !/^(get|head)$/i.test(method));

/** ky 2's `init` hook: it gets the options before anything is made of them, and may change them. */
export function takeBudgetOff(options: KyOptions): void {
  if (!isEverybodys(options)) return;
  const { retry } = options;
  options.retry = { ...(typeof retry === 'object' ? retry : undefined), limit: 0 };
  options.totalTimeout = false;
  if (!isRefreshSignal(options.signal)) {
    options.timeout = Math.max(Number(options.timeout ?? 0), SIGN_IN_TIMEOUT);
    return;
  }
  // The refresh's own signal ends it. ky makes another signal of it, by which nobody would recognise it any more.
  options.timeout = false;
  options.tokens = false;
}

/**
 * ky 1 has no such hook, and shows nobody the signal that it was given: there a request is told by `tokens: false` alone,
 * and sent here, above ky's timer. Hooks of a later `extend` that come after ours do not see it.
 */
export async function sendWithoutBudget(
  request: Request,
  options: KyOptions,
  fetch: typeof globalThis.fetch = globalThis.fetch,
): Promise<Response> {
  // The object is that of this request alone.
  if (typeof options.retry === 'object') options.retry.limit = 0;
  const own: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(options))
    if (!(name in request) && !KY_OPTIONS.test(name)) own[name] = value;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    const timeOut = (): void =>
      reject(new DOMException(`No answer within ${SIGN_IN_TIMEOUT} ms`, 'TimeoutError'));
    timer = setTimeout(timeOut, SIGN_IN_TIMEOUT);
  });
  try {
    return await Promise.race([fetch(request, own), late]);
  } finally {
    clearTimeout(timer);
  }
}

const KY_OPTIONS =
  /^(json|parseJson|stringifyJson|searchParams|prefixUrl|retry|timeout|hooks|throwHttpErrors|on(Down|Up)loadProgress|fetch|context|tokens|body|window)$/;
