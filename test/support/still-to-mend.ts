// What does not keep a rule of the house yet. The lists are exact: an entry that is not needed any more fails its test, so that
// they can only get shorter. They are to be empty.

/** Files that import each other in a circle. */
export const CIRCLES: readonly string[] = [
  'packages/core/src: refresh/commit.ts, refresh/flight.ts',
  'packages/oauth/src: client-authentication.ts, options.ts',
];

/** Imports of the core that its house has no arrow for. */
export const ARROWS: readonly string[] = [
  'manager/manager.ts -> shared/sign-in-out.ts',
  'manager/manager.ts -> shared/store-access.ts',
  'manager/manager.ts -> stores/memory-store.ts',
  'refresh/commit.ts -> shared/record.ts',
  'refresh/flight.ts -> shared/intent.ts',
  'refresh/flight.ts -> shared/record.ts',
  'refresh/flight.ts -> shared/store-access.ts',
  'session/revoker.ts -> manager/options.ts',
  'session/state.ts -> shared/compare-records.ts',
  'session/state.ts -> shared/record.ts',
];

/** Functions of more than 80 lines and files of more than 250. */
export const LONG: readonly string[] = [
  'packages/core/src/http/authorizer.ts › createAuthorizer',
  'packages/core/src/manager/manager.ts › createTokenManager',
  'packages/core/src/manager/manager.ts › the whole file',
  'packages/core/src/manager/pool.ts › createTokenPool',
  'packages/core/src/manager/wait-queue.ts › createWaitQueue',
  'packages/core/src/refresh/flight.ts › startFlight',
  'packages/core/src/refresh/flight.ts › the whole file',
  'packages/core/src/session/state.ts › createSessionState',
  'packages/core/src/shared/sign-in-out.ts › createTransitions',
  'packages/core/src/shared/store-access.ts › createCell',
  'packages/node/src/file-store.ts › fileStore',
  'packages/testing/src/adapter-contract/aborting.ts › aborting',
  'packages/testing/src/adapter-contract/boundaries.ts › boundaries',
  'packages/testing/src/adapter-contract/lifetime.ts › lifetime',
  'packages/testing/src/adapter-contract/refreshing.ts › refreshing',
  'packages/testing/src/adapter-contract/targets.ts › targets',
  'packages/testing/src/contract-api.ts › startContractApi',
  'packages/testing/src/server/grants.ts › createGrants',
  'packages/testing/src/server/simulated-server.ts › simulatedServer',
];
