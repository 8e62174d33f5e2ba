import type { ContractFramework } from './adapter-contract/types.ts';
import { runRule } from './contract-rule.ts';
import { cellRules } from './store-contract/cell-rules.ts';
import { contendingRules } from './store-contract/contending-rules.ts';
import { keepingRules } from './store-contract/keeping-rules.ts';
import { lockingRules } from './store-contract/locking-rules.ts';
import { refusingRules } from './store-contract/refusing-rules.ts';
import { sharingRules } from './store-contract/sharing-rules.ts';
import { subscribingRules } from './store-contract/subscribing-rules.ts';
import type { Cell, StoreRule, StoreUnderTest } from './store-contract/types.ts';
import { watchedStore } from './store-contract/watched-store.ts';

export type { StorePlace, StoreUnderTest } from './store-contract/types.ts';

/**
 * What every `TokenStore` has to do: a cell with optimistic concurrency, written whole, that gives back what was written. Runs
 * in any framework with `describe` and `it`. `null` is as good as `undefined`. A store that hangs is told so by the rule that
 * finds it.
 *
 * @example
 * ```ts
 * storeContract({ describe, it }, { name: 'my store', create: async () => ({ open: () => myStore(connection) }) });
 * ```
 */
export function storeContract({ describe, it }: ContractFramework, store: StoreUnderTest): void {
  const rule: StoreRule = (name, body) =>
    it(name, () =>
      runRule(async (run) => {
        const place = await run.wait('create()', store.create());
        run.onEnd(() => place.close?.());
        const refuse = place.refuse && (async () => place.refuse?.());
        const open = (): Cell => watchedStore(place.open(), run);
        await body({ open, refuse, store: () => place.open() }, run);
      }, store.timeout),
    );
  const seed = store.seed ?? Math.floor(Math.random() * 2 ** 32);
  describe(`${store.name}: one cell`, () => cellRules(rule));
  describe(`${store.name}: what it keeps`, () => keepingRules(rule, seed));
  describe(`${store.name}: many writers`, () => contendingRules(rule, store.writers ?? 8));
  describe(`${store.name}: several managers`, () => sharingRules(rule));
  describe(`${store.name}: its lock`, () => lockingRules(rule));
  describe(`${store.name}: a write that is refused for good`, () => refusingRules(rule));
  describe(`${store.name}: subscribers`, () => subscribingRules(rule));
}
