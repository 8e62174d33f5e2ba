import { nameOf } from '../errors/check-value.ts';
import { TokenError, tokenErrorOf } from '../errors/errors.ts';
import { safeCause } from '../errors/safe-cause.ts';
import type { RefreshContext } from '../session/functions.ts';
import type { RenewableOptions } from './options.ts';

type Acquire<Value> = RenewableOptions<Value>['acquire'];

/** Calls the user's `acquire`. What is thrown here is typed: the core reads no meaning into an error that was not meant for it. */
export async function make<Value>(
  acquire: Acquire<Value>,
  context: RefreshContext,
): ReturnType<Acquire<Value>> {
  let answer: Awaited<ReturnType<Acquire<Value>>>;
  try {
    answer = await acquire(context);
  } catch (error) {
    const ours = tokenErrorOf(error);
    throw new TokenError('ERR_REFRESH_UNAVAILABLE', {
      message: 'acquire() failed',
      cause: ours ?? safeCause(error),
      retryAfter: ours?.retryAfter,
    });
  }
  if (!('value' in Object(answer)))
    throw new TokenError('ERR_REFRESH_ANSWER', {
      message: `acquire: expected { value, expiresAt }, got ${nameOf(answer)}`,
    });
  return answer;
}
