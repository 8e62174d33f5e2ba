import { TokenError, tokenErrorOf } from '../errors/errors.ts';
// Not the file that it is in: the bundle of this entry is to import that of the main one, not to split it.
import { createTokenManager, type TokenManager } from '../index.ts';
import type { EventBody, TokenEvent } from '../session/events.ts';
import type { WaitOptions } from '../source.ts';
import { systemClock } from '../time/clock.ts';
import type { IssuedToken } from '../tokens/tokens.ts';
import { disposeOf } from './dispose.ts';
import { make } from './make.ts';
import { checkOptions, type RenewableOptions } from './options.ts';
import { createValues } from './values.ts';

/** Ms that `close()` waits for tasks and for what `dispose` does. */
const CLOSE_LIMIT = 75_000;

/** A value of this process that is made once, and made anew when it is due or refused. Every method works unbound. */
export interface Renewable<Value> {
  /**
   * A good value. For what does not hold on to it: {@link use} knows when a value is no longer used, `get` does not. A
   * value with a `then` is for `use`. Rejects with a `TokenError`, or with the signal's reason.
   */
  get(options?: WaitOptions): Promise<Value>;
  /**
   * Runs the task with a good value; once more, with a new one, if it was refused. What the task throws otherwise goes to
   * the caller, and so does a refusal that is not repaired because of the limit, with the reason where `tokenErrorOf`
   * finds it. Rejects with a `TokenError` where no value could be had.
   */
  use<Result>(
    task: (value: Value) => Result | PromiseLike<Result>,
    options?: WaitOptions,
  ): Promise<Result>;
  /** Hears of each value that is made, as a token manager tells of tokens. Returns unsubscribe. */
  subscribe(listener: (event: TokenEvent) => void): () => void;
  /** No more values. Disposes of the last one; resolves when the tasks are through and all are disposed of, after 150 s at the latest. */
  close(): Promise<void>;
}

/**
 * Any value that expires, is refused, or must be made once: a database login, a signed client, a configuration. It is made
 * when it is first asked for, once for all who ask meanwhile, and all of them get the same value or the same error. **A
 * first attempt that fails is not remembered:** those who waited for it get ERR_REFRESH_UNAVAILABLE, and who asks next
 * waits until the back-off is over (about a second, doubling up to a minute) and then for another attempt, or fails at
 * once if that is later than `waitTimeout`. **A value that is refused within a second of its making is not replaced:**
 * the caller gets the refusal, because the next value would most likely be refused as well.
 *
 * @throws TypeError that names the option that is wrong.
 *
 * @example
 * ```ts
 * import { renewable } from 'unexpired/renewable';
 *
 * const settings = renewable({
 *   acquire: async ({ signal }) => ({ value: await (await fetch('https://cfg.example.com', { signal })).json() }),
 * });
 * const flag = async (name: string): Promise<unknown> => (await settings.get())[name];
 * ```
 */
export function renewable<Value>(options: RenewableOptions<Value>): Renewable<Value> {
  checkOptions(options);
  const { acquire, isRejected = () => false, dispose, ...session } = options;
  const { clock = systemClock } = options;
  let closed: Promise<void> | undefined;

  const values = createValues<Value>((value) => disposeOf(dispose, value, manager.report));
  const manager = createTokenManager({
    ...session,
    async acquire(context) {
      const { value, expiresAt } = await make(acquire, context);
      const accessToken = values.add(value);
      if (closed !== undefined) values.keepOnly();
      return { accessToken, expiresAt };
    },
  }) as TokenManager & { report(event: EventBody): void };
  manager.subscribe(({ type, token }) => {
    // That of the value that counts. None counts after a first attempt whose answer was of no use.
    if (token !== undefined || type === 'refreshEnded') values.keepOnly(token);
  });

  const use: Renewable<Value>['use'] = async (task, wait) => {
    let token: IssuedToken | undefined;
    for (let again = false; ; ) {
      if (closed !== undefined)
        throw new TokenError('ERR_CLOSED', { message: 'Used after close()' });
      const used = token && values.enter(token.accessToken);
      if (!used) {
        // None yet, or replaced before we got here. Nobody can sign out here, so there always is one.
        token = await (token ? manager.replaceRejected(token, wait) : manager.getToken(wait));
        continue;
      }
      try {
        return await task(used.value);
      } catch (error) {
        if (again || closed !== undefined || !(await isRejected(error))) throw error;
        again = true;
        token = await manager.replaceRejected(token as IssuedToken, wait).catch((reason) => {
          throw unrepaired(error, reason);
        });
      } finally {
        used.leave();
      }
    }
  };
  const closing = async (): Promise<void> => {
    values.keepOnly();
    await new Promise<void>((resolve) => {
      const cancel = clock.setTimeout(resolve, CLOSE_LIMIT, true);
      values.whenGone(() => (cancel(), resolve()));
    });
    await manager.close();
  };

  return {
    get: (wait) => use((value) => value, wait),
    use,
    subscribe: manager.subscribe,
    close() {
      closed ??= closing();
      return closed;
    },
  };
}

/** What a caller gets whose refusal was not repaired: because of the limit the refusal, with the reason behind it. */
function unrepaired(refusal: unknown, error: unknown): unknown {
  const cause = tokenErrorOf(error);
  if (cause?.code !== 'ERR_REFRESH_LIMIT') return error;
  if (refusal instanceof Error && !('cause' in refusal))
    Reflect.defineProperty(refusal, 'cause', { value: cause }); // where it has room for it
  return refusal;
}
