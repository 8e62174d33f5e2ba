// The four searches. What they leave out: two live children of one refresh token, `acquire`, several attempts in one flight,
// the same person who signs in anew in the middle of a flight, and sign-ins together with redemptions (each search has one
// of the two). A look followed by a compare-and-set is one step, because versions never come back; a bound is an order of
// steps, except in the search of ages, which counts ticks.
import { AGE } from './age/cases.ts';
import { ANNOUNCEMENTS } from './announcements/cases.ts';
import type { Searches } from './case.ts';
import { RECORD } from './record/refuted.ts';
import { TURNS } from './turns/cases.ts';

export const SEARCHES: readonly Searches[] = [RECORD, AGE, ANNOUNCEMENTS, TURNS];
