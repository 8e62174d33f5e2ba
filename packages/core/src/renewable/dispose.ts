import { TokenError } from '../errors/errors.ts';
import { safeCause } from '../errors/safe-cause.ts';
import type { EventBody } from '../session/events.ts';

/** Calls the user's `dispose`, which concerns nobody else: what it throws is reported. */
export async function disposeOf<Value>(
  dispose: ((value: Value) => unknown) | undefined,
  value: Value,
  report: (event: EventBody) => void,
): Promise<void> {
  try {
    await dispose?.(value);
  } catch (thrown) {
    const message = 'dispose() failed';
    const cause = safeCause(thrown);
    const error = new TokenError('ERR_REFRESH_UNAVAILABLE', { message, cause });
    report({ type: 'warning', code: 'NOT_DISPOSED', message, error });
  }
}
