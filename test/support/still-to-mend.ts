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
