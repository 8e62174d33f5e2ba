// Rule R5: what announced tokens may not do, whatever happens around them, and what they cost where they tell no subject.
import type { Case, Searches } from '../case.ts';
import {
  ALONE,
  COSTS,
  NONE,
  OVERLOOKED,
  REFUTED,
  REPLACED,
  SELF,
  SUBJECT,
  THROWN,
} from './refuted.ts';
import type { Rules } from './rules.ts';
import { FUNCTIONS, holds, LIBRARIES, ROTATING, runsOf, type Situation } from './situations.ts';

const within = ({ rules, ...situation }: Situation, more: Partial<Rules>): Situation => ({
  ...situation,
  rules: { ...more, ...rules },
});

const HOLDS: Case[] = [
  ...LIBRARIES.map(([what, situation]) => holds(what, situation)),
  holds('no expiry is known: another access token is older', {
    faults: { announcements: 3, refreshes: 3, restarts: 1 },
    rules: { otherAccessToken: 'older' },
  }),
  ...FUNCTIONS.flatMap(([what, situation]) => [
    holds(
      `a refresh function that announces, with a subject: ${what}`,
      within(situation, SUBJECT),
      ROTATING,
    ),
    holds(
      `a refresh function that announces, tokens that stay: ${what}`,
      within(situation, SUBJECT),
      ['neverRotates'],
      true,
    ),
  ]),
  holds(
    'no refresh tokens, with a subject: an access token is older unless it expires later',
    { faults: { announcements: 3, refreshes: 2, restarts: 1 }, rules: ALONE },
    NONE,
  ),
  holds(
    'a library that announces the access token alone, with a subject: the refresh token stays',
    { faults: { announcements: 3, refreshes: 2, accessAlone: 2, restarts: 1 }, rules: ALONE },
    ROTATING,
  ),
  holds('fingerprints in memory only, managers that live on: enough', {
    faults: { announcements: 2, refreshes: 2 },
    rules: { marks: 'in memory' },
  }),
];

const NOT_PROMISED: Case[] = [
  ...FUNCTIONS.map(([what, situation]) => ({
    what: `a refresh function that announces, tokens that tell no subject: ${what}`,
    shows: { property: COSTS[0] ?? '', steps: 5 },
    runs: runsOf(ROTATING, within(situation, SELF), [
      ...COSTS,
      ...((situation.faults.logins ?? 0) > 0 ? [OVERLOOKED] : []),
    ]),
  })),
  {
    what: 'no refresh tokens: a library that has not heard of a sign-in brings the earlier session back',
    shows: { property: REPLACED, steps: 3 },
    runs: runsOf(NONE, { faults: { announcements: 3, refreshes: 1, logins: 1 }, rules: ALONE }, [
      REPLACED,
      THROWN,
    ]),
  },
];

export const ANNOUNCEMENTS: Searches = {
  name: 'tokens that are announced',
  holds: HOLDS,
  refuted: REFUTED,
  notPromised: NOT_PROMISED,
};
