import type { TokenStore } from 'unexpired';
import type { Trail } from '../audit/trail.ts';

/** What the row of a session is read and written for. */
export interface Purpose {
  /** What the audit trail has beside its writes. */
  readonly trail?: Trail | undefined;
  /** A refresh, which reads what is in hand: it sends nothing before it has written over that. */
  readonly isFlight?: boolean | undefined;
}

export type StoreOf = (key: string, purpose?: Purpose) => TokenStore;
