import { SIGN_IN } from 'unexpired/adapter';
import { equal } from '../adapter-contract/check.ts';
import { hold, pass } from '../lock-contract/holding.ts';
import type { StoreRule } from './types.ts';

/** What the lock of a store has to do besides the contract of locks. A store without one has nothing to keep. */
export function lockingRules(rule: StoreRule): void {
  rule(
    'lets refreshes go on while a login is open, and no second login begin',
    async (place, run) => {
      const { name, lock } = place.store();
      if (lock === undefined) return;
      const open = () => {
        const login = hold(lock, `${name}${SIGN_IN}`);
        run.onEnd(() => login.release());
        return login;
      };
      const first = open();
      await run.wait('the lock of a login to be granted', first.granted);
      const second = open();
      const refresh = pass(lock, name);
      await run.wait('the lock of a refresh to be granted while a login is open', refresh);
      equal(second.isGranted(), false, 'a second login has begun');
      await run.wait('the lock of a login to be given back', first.release());
      await run.wait('the lock of the next login to be granted', second.granted);
    },
  );
}
