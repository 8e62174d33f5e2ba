import type { SessionRecord, StoreCell } from '../../src/index.ts';

/** Writes, and gives the version that the next write has to expect; `undefined`: somebody else was first. */
export const put = async (
  store: StoreCell,
  record: SessionRecord,
  expected?: string,
): Promise<string | undefined> => (await store.write(record, expected)) ?? undefined;
