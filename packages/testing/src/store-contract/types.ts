import type { SessionRecord, StoredValue, TokenStore } from 'unexpired';
import type { RuleRun } from '../contract-rule.ts';

/** An empty place for one session, made for one rule of the contract. */
export interface StorePlace {
  /**
   * A way to the place: another connection, or another process's view of it. For a store that only one object can reach,
   * the same store each time.
   */
  open(): TokenStore;
  /**
   * From now on the place takes no write, and will not by itself: a full disk, a key that is gone. Where it is there, the store
   * has to say so (`delivery: 'answered'`).
   */
  refuse?(): Promise<void> | void;
  /** Takes everything away again, also what `refuse` did. */
  close?(): Promise<void>;
}

/** One store under the contract. */
export interface StoreUnderTest {
  readonly name: string;
  create(): Promise<StorePlace>;
  /** How many write at the same time. Default 8. */
  readonly writers?: number | undefined;
  /** What the random records are drawn from. Default: another one each time; a rule that was broken says which. */
  readonly seed?: number | undefined;
  /** Ms that a rule gets: less than your framework gives a test, so that the rule can say what it waits for. Default 4000. */
  readonly timeout?: number | undefined;
}

/** What the rules use of a store. */
export interface Cell extends Pick<TokenStore, 'name' | 'subscribe'> {
  read(): Promise<StoredValue | undefined>;
  write(record: SessionRecord, expected: string | undefined): Promise<string | undefined>;
}

/** The place of one rule. */
export interface RulePlace {
  open(): Cell;
  refuse: StorePlace['refuse'];
  /** The store itself, for a manager. */
  store(): TokenStore;
}

/** States one rule, on a place of its own. */
export type StoreRule = (
  name: string,
  body: (place: RulePlace, run: RuleRun) => Promise<void>,
) => void;
