import type { TokenStore } from 'unexpired';
import type { Change } from '../audit/change.ts';

/** The row of a session, as it is read and, where it is for a `change`, written. */
export type StoreOf = (key: string, change?: Change) => TokenStore;
