import type { Observed } from '../observed.ts';
import type { RetryPlace } from './place.ts';

/** What one cell is to play. */
export interface CellJob {
  readonly contender: string;
  readonly scenario: string;
  readonly retry?: RetryPlace | undefined;
}

export type CellResult =
  | { readonly kind: 'played'; readonly observed: Observed }
  | { readonly kind: 'without'; readonly reason: string };
