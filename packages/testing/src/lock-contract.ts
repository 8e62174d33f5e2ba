import type { ContractFramework } from './adapter-contract/types.ts';
import { endingRules } from './lock-contract/ending-rules.ts';
import { excludingRules } from './lock-contract/excluding-rules.ts';
import { leavingRules } from './lock-contract/leaving-rules.ts';
import type { LockPlace, LockRule, LockUnderTest } from './lock-contract/types.ts';
import { waitingRules } from './lock-contract/waiting-rules.ts';

export type { LockPlace, LockUnderTest } from './lock-contract/types.ts';

/**
 * What every `RefreshLock` has to do: mutual exclusion that can be given up while waiting, and that ends with its
 * holder. Runs in any framework with `describe` and `it`. The hooks that a lock under test leaves out are rules that it
 * is not held to.
 *
 * @example
 * ```ts
 * lockContract({ describe, it }, { name: 'my lock', create: async () => ({ open: () => myLock(connection) }) });
 * ```
 */
export function lockContract({ describe, it }: ContractFramework, lock: LockUnderTest): void {
  const rule: LockRule = (name, body) =>
    it(name, async () => {
      const place: LockPlace = await lock.create();
      try {
        await body(place);
      } finally {
        await place.close?.();
      }
    });
  describe(`${lock.name}: mutual exclusion`, () => excludingRules(rule));
  describe(`${lock.name}: giving up`, () => leavingRules(rule));
  const { counting } = lock;
  if (counting !== undefined) describe(`${lock.name}: waiting`, () => waitingRules(rule, counting));
  describe(`${lock.name}: how it ends`, () => endingRules(rule, lock));
}
