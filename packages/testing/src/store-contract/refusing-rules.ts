import { createTokenManager } from 'unexpired';
import { equal } from '../adapter-contract/check.ts';
import { holds, recordOf } from './records.ts';
import type { StoreRule } from './types.ts';

const deliveryOf = (writing: PromiseLike<unknown>): PromiseLike<unknown> =>
  writing.then(
    () => 'nothing was thrown',
    (error: unknown) => (error as { readonly delivery?: unknown } | undefined)?.delivery,
  );

/** What holds where a place has `refuse`: the store knows that a write has not happened, and will not by trying again. */
export function refusingRules(rule: StoreRule): void {
  rule('is told as such, and leaves what is there', async (place) => {
    if (place.refuse === undefined) return;
    const store = place.open();
    const version = await store.write(recordOf(1), undefined);
    await place.refuse();
    equal(await deliveryOf(store.write(recordOf(2), version)), 'answered', 'delivery');
    await holds(place.open(), recordOf(1), version, 'read');
  });

  rule('lets a sign-in reject at once, and the session before it stand', async (place, run) => {
    if (place.refuse === undefined) return;
    const tokens = createTokenManager({
      store: place.store(),
      refresh: async () => ({ accessToken: 'access-3' }),
    });
    run.onEnd(() => tokens.close());
    await run.wait('setSession()', tokens.setSession({ accessToken: 'access-1' }));
    await place.refuse();
    const signingIn = tokens.setSession({ accessToken: 'access-2' });
    const delivery = await run.wait('setSession() to reject', deliveryOf(signingIn));
    equal(delivery, 'answered', 'delivery');
    const token = await run.wait('getToken()', tokens.getToken());
    equal(token?.accessToken, 'access-1', 'what getToken() gives');
  });
}
