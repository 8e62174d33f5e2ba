import { TokenError, tokenErrorOf } from '../errors/errors.ts';
import type { TokenFunction, TokenSource } from '../source.ts';
import { abortable } from '../time/abortable.ts';
import { type Clock, systemClock } from '../time/clock.ts';
import { fingerprint } from '../tokens/fingerprint.ts';
import type { AccessToken } from '../tokens/tokens.ts';
import { authorizationOf } from './authorization.ts';

/** Refused tokens whose replacement is remembered. */
const REMEMBERED = 64;
/** How long one failure, or "nothing better", is the answer for all who were refused with that token, in ms. */
const HELD = 1000;
/** How long a request waits for a call that another one has begun, in ms. */
const LONGEST_WAIT = 30_000;

const PASS_THE_MANAGER =
  'tokens: a method of a token manager was given, which cannot replace a refused token; pass the manager itself';

// A manager's `getToken` reads this member of its argument, and nobody else does. Not enumerable: logs do not read it.
const METHOD = Object.defineProperty({}, 'validFor', {
  get(): never {
    throw new TypeError(PASS_THE_MANAGER);
  },
});

/** A source that asks a function: for every request, and once for a refused token. */
export function fromFunction(ask: TokenFunction, clock: Clock = systemClock): TokenSource {
  const answer = async (
    request: Parameters<TokenFunction>[0],
  ): Promise<AccessToken | undefined> => {
    let found: unknown;
    try {
      found = await ask(Object.assign(Object.create(METHOD) as object, request));
    } catch (error) {
      if (request.signal?.aborted || tokenErrorOf(error) || isMethod(error)) throw error;
      throw new TokenError('ERR_REFRESH_UNAVAILABLE', {
        message: 'The token function failed',
        cause: error,
      });
    }
    // `null` is what localStorage.getItem says for nothing.
    if (found === undefined || found === null) return undefined;
    const token = (typeof found === 'object' ? found : { accessToken: found }) as AccessToken;
    authorizationOf(token);
    if (token.accessToken === request.rejected && isIssued(token))
      throw new TypeError(PASS_THE_MANAGER);
    return token;
  };
  return {
    getToken: (options) => answer({ signal: options?.signal }),
    replaceRejected: replaceOnce((rejected) => answer({ rejected }), clock),
  };
}

const isMethod = (error: unknown): boolean =>
  error instanceof TypeError && error.message === PASS_THE_MANAGER;

// A manager's token says of which session it is.
const isIssued = (token: object): boolean => 'session' in token && 'generation' in token;

type Asking = Promise<AccessToken | undefined>;

/**
 * Asks once for each refused token. A later caller gets what was given then, or what has replaced that since. One
 * failure, and the answer that there is nothing better, stand for a second: a burst is refused within that, and later
 * somebody may have signed in.
 */
function replaceOnce(
  ask: (rejected: string) => Asking,
  clock: Clock,
): TokenSource['replaceRejected'] {
  const calls = new Map<string, Asking>();
  const call = (rejected: string, key: string): Asking => {
    // Later, so that a function that asks for the same at once finds its own call.
    const asking = Promise.resolve().then(() => ask(rejected));
    calls.set(key, asking);
    if (calls.size > REMEMBERED)
      for (const oldest of calls.keys()) {
        calls.delete(oldest);
        break;
      }
    const forget = (): void => {
      const drop = (): void => void (calls.get(key) === asking && calls.delete(key));
      clock.setTimeout(drop, HELD, true);
    };
    asking.then((token) => {
      if (!token || token.accessToken === rejected) forget();
    }, forget);
    return asking;
  };
  return async (rejected, options) => {
    // A function knows its tokens, and no sessions.
    if (typeof rejected !== 'string') return undefined;
    let refused = rejected;
    for (const seen = new Set<string>(); ; ) {
      const key = fingerprint(refused);
      const begun = calls.get(key);
      const token = await (begun
        ? within(abortable(begun, options?.signal), clock)
        : abortable(call(refused, key), options?.signal));
      seen.add(key);
      // Was that one refused since, so that it has been replaced as well?
      const next = token && fingerprint(token.accessToken);
      if (!token || next === undefined || seen.has(next) || !calls.has(next)) return token;
      refused = token.accessToken;
    }
  };
}

// A function may wait for a request that waits for it: the one that makes the refresh.
function within<T>(wait: Promise<T>, clock: Clock): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = clock.setTimeout(
      () =>
        reject(
          new TokenError('ERR_WAIT_LIMIT', {
            message:
              'The token function did not answer within 30 s; a request that it makes itself needs tokens: false',
          }),
        ),
      LONGEST_WAIT,
    );
    wait.then(resolve, reject).finally(cancel);
  });
}
