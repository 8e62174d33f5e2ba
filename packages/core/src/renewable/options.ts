import { check, checkAll, isFunction, type Kind } from '../errors/check-value.ts';
import { SESSION_OPTIONS, type SessionOptions } from '../manager/options.ts';
import type { RefreshContext } from '../session/functions.ts';

/** What {@link renewable} takes. Durations in ms. */
export interface RenewableOptions<Value>
  extends Pick<
    SessionOptions,
    'name' | 'skewWindow' | 'backgroundWindow' | 'waitTimeout' | 'maxWaiting' | 'clock' | 'random'
  > {
  /**
   * Makes the value, once, however many ask. `expiresAt` in ms since the epoch; left out: good until it is refused. What it
   * throws is the `cause` of an ERR_REFRESH_UNAVAILABLE, whatever it is; the `retryAfter` of a `TokenError` is kept.
   */
  readonly acquire: (
    context: RefreshContext,
  ) => Promise<{ readonly value: Value; readonly expiresAt?: number | undefined }>;
  /**
   * Does this error of a task say that the value was refused (SQLSTATE 28P01, WRONGPASS)? Default: never. What it throws
   * goes to the caller.
   */
  readonly isRejected?: ((error: unknown) => boolean | PromiseLike<boolean>) | undefined;
  /**
   * Called once for each value that was made, when it was replaced, or on `close()`, and no task uses it any more. What it
   * throws is a `warning` event of code NOT_DISPOSED.
   */
  readonly dispose?: ((value: Value) => unknown) | undefined;
}

// The other two are about the refusals of a token endpoint.
const { classify: _, rotation: __, ...session } = SESSION_OPTIONS;

const KINDS: Readonly<Record<keyof RenewableOptions<unknown>, Kind>> = {
  acquire: isFunction,
  isRejected: isFunction,
  dispose: isFunction,
  ...session,
};

/** Throws a `TypeError` that names the option, what was expected and what came. */
export function checkOptions(options: { readonly acquire: unknown }): void {
  checkAll('renewable', options, KINDS);
  check('acquire', options.acquire, isFunction);
}
