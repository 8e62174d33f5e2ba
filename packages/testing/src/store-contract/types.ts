import type { TokenStore } from 'unexpired';

/** An empty place for one session, made for one rule of the contract. */
export interface StorePlace {
  /**
   * A way to the place: another connection, or another process's view of it. For a store that only one object can reach,
   * the same store each time.
   */
  open(): TokenStore;
  /** Takes everything away again. */
  close?(): Promise<void>;
}

/** One store under the contract. */
export interface StoreUnderTest {
  readonly name: string;
  create(): Promise<StorePlace>;
  /** How many write at the same time. Default 8. */
  readonly writers?: number | undefined;
}

/** States one rule, on a place of its own. */
export type StoreRule = (name: string, body: (place: StorePlace) => Promise<void>) => void;
