import { aborting } from './adapter-contract/aborting.ts';
import { replaying } from './adapter-contract/bodies.ts';
import { boundaries } from './adapter-contract/boundaries.ts';
import { carriers } from './adapter-contract/carriers.ts';
import { connections } from './adapter-contract/connections.ts';
import { freezing } from './adapter-contract/frozen.ts';
import { freezingUrls } from './adapter-contract/frozen-urls.ts';
import { lifetime } from './adapter-contract/lifetime.ts';
import { refreshing } from './adapter-contract/refreshing.ts';
import { refusals } from './adapter-contract/refusals.ts';
import { targets } from './adapter-contract/targets.ts';
import { watching } from './adapter-contract/watched.ts';
import { whoseHeader } from './adapter-contract/whose-header.ts';
import type { AdapterUnderTest, ContractApi, ContractFramework } from './adapter-contract/types.ts';

export type {
  AdapterUnderTest,
  BreakableBody,
  ContractAnswer,
  ContractApi,
  ContractFramework,
  ContractOptions,
  ContractRequest,
  ReceivedRequest,
} from './adapter-contract/types.ts';

/**
 * What every adapter has to do, on a real API: one refresh for a burst, replays byte for byte, tokens for allowed
 * origins only, and the answers of the table *What an adapter answers*. Runs in any framework with `describe` and `it`.
 *
 * @example
 * ```ts
 * adapterContract({ describe, it }, () => api, { name: 'my client', create: attachMine, oneShotBodies: {} });
 * ```
 */
export function adapterContract(
  { describe, it }: ContractFramework,
  api: () => ContractApi,
  adapter: AdapterUnderTest,
): void {
  const context = { adapter, api, it };
  describe(`${adapter.name}: refreshing`, () => {
    refreshing(context);
    aborting(context);
  });
  describe(`${adapter.name}: lifetime`, () => lifetime(context));
  describe(`${adapter.name}: bodies`, () => {
    replaying(context);
    freezing(context);
    freezingUrls(context);
    watching(context);
  });
  describe(`${adapter.name}: boundaries`, () => {
    boundaries(context);
    whoseHeader(context);
    refusals(context);
    carriers(context);
  });
  describe(`${adapter.name}: targets`, () => targets(context));
  describe(`${adapter.name}: connections`, () => connections(context));
}
