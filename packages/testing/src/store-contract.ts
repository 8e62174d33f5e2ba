import type { ContractFramework } from './adapter-contract/types.ts';
import { cellRules } from './store-contract/cell-rules.ts';
import { contendingRules } from './store-contract/contending-rules.ts';
import { subscribingRules } from './store-contract/subscribing-rules.ts';
import type { StorePlace, StoreRule, StoreUnderTest } from './store-contract/types.ts';

export type { StorePlace, StoreUnderTest } from './store-contract/types.ts';

/**
 * What every `TokenStore` has to do: a cell with optimistic concurrency, written whole. Runs in any framework with
 * `describe` and `it`.
 *
 * @example
 * ```ts
 * storeContract({ describe, it }, { name: 'my store', create: async () => ({ open: () => myStore(connection) }) });
 * ```
 */
export function storeContract({ describe, it }: ContractFramework, store: StoreUnderTest): void {
  const rule: StoreRule = (name, body) =>
    it(name, async () => {
      const place: StorePlace = await store.create();
      try {
        await body(place);
      } finally {
        await place.close?.();
      }
    });
  describe(`${store.name}: one cell`, () => cellRules(rule));
  describe(`${store.name}: many writers`, () => contendingRules(rule, store.writers ?? 8));
  describe(`${store.name}: subscribers`, () => subscribingRules(rule));
}
