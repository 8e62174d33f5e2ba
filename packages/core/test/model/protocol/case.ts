// One row of a table of searches: what is searched, and what must come of it.
import type { Finding } from './explore.ts';

export interface Run {
  /** What this run varies: the server, or what an age is taken from. */
  readonly of: string;
  /** All properties that do not hold. */
  readonly breaks: readonly string[];
  readonly search: () => Finding;
}

export interface Case {
  readonly what: string;
  readonly runs: readonly Run[];
  /** More states than a daily run has time for. */
  readonly long?: true;
  /** The property that this case is about, and how many steps the shortest way to break it has. */
  readonly shows?: { readonly property: string; readonly steps: number };
  /** The same faults under the protocol as it is: that property holds there. */
  readonly protocol?: () => Finding;
}

export interface Searches {
  readonly name: string;
  /** The protocol, and what may be left out of it without harm. */
  readonly holds: readonly Case[];
  /** One rule switched off, or put in another way. */
  readonly refuted: readonly Case[];
  /** Where the protocol itself does not help. */
  readonly notPromised: readonly Case[];
}
