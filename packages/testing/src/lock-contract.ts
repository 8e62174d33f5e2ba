import type { ContractFramework } from './adapter-contract/types.ts';
import { runRule } from './contract-rule.ts';
import { endingRules } from './lock-contract/ending-rules.ts';
import { excludingRules } from './lock-contract/excluding-rules.ts';
import { leavingRules } from './lock-contract/leaving-rules.ts';
import { taskRules } from './lock-contract/task-rules.ts';
import type { LockRule, LockUnderTest } from './lock-contract/types.ts';
import { waitingRules } from './lock-contract/waiting-rules.ts';
import { watchedLock } from './lock-contract/watched-lock.ts';

export type { LockPlace, LockUnderTest } from './lock-contract/types.ts';

/**
 * What every `RefreshLock` has to do: mutual exclusion that can be given up while waiting, and that ends with its
 * holder. Runs in any framework with `describe` and `it`. The hooks that a lock under test leaves out are rules that it
 * is not held to. A lock that hangs, or that runs a task when it must not, is told so by the rule that finds it.
 *
 * @example
 * ```ts
 * lockContract({ describe, it }, { name: 'my lock', create: async () => ({ open: () => myLock(connection) }) });
 * ```
 */
export function lockContract({ describe, it }: ContractFramework, lock: LockUnderTest): void {
  const rule: LockRule = (name, body) =>
    it(name, () =>
      runRule(async (run) => {
        const place = await run.wait('create()', lock.create());
        run.onEnd(() => place.close?.());
        await body({ ...place, open: () => watchedLock(place.open(), run) }, run);
      }, lock.timeout),
    );
  describe(`${lock.name}: mutual exclusion`, () => excludingRules(rule));
  describe(`${lock.name}: giving up`, () => leavingRules(rule));
  const { counting } = lock;
  if (counting !== undefined) describe(`${lock.name}: waiting`, () => waitingRules(rule, counting));
  describe(`${lock.name}: the task`, () => taskRules(rule));
  describe(`${lock.name}: how it ends`, () => endingRules(rule, lock));
}
