import { brokenRules, type Result } from '../result.ts';
import type { Scenario } from '../scenario.ts';
import { count } from '../texts.ts';

/** The run in plain words. */
export interface Summary {
  readonly headline: string;
  /** What was tried. */
  readonly opening: string;
  readonly outcomes: readonly OutcomeInWords[];
}

export interface OutcomeInWords {
  readonly good: boolean;
  readonly text: string;
}

export function summarize(
  results: readonly Result[],
  requests: number,
  scenario: Scenario,
): Summary {
  const ours = results.filter((result) => result.ours);
  const others = results.filter((result) => !result.ours);
  return {
    headline: headline(ours, requests),
    opening: opening(requests, scenario),
    outcomes: [...theirs(others), ...oursInWords(ours, requests)],
  };
}

function headline(ours: readonly Result[], requests: number): string {
  const all = `${count(requests)} requests at once`;
  if (ours.length === 0) return `${all}, and no fresh token`;
  return ours.every(isFlawless)
    ? `${all}, one refresh`
    : `${all}, and not the one refresh that was promised`;
}

function opening(requests: number, scenario: Scenario): string {
  const cause =
    scenario === 'expired'
      ? 'its access token had expired'
      : 'the server had taken its access token back early';
  return (
    `A client sent ${count(requests)} requests at the same moment, and ${cause}. Its refresh token may be used once: ` +
    'a second use looks like theft, and the authorization server then revokes the whole session.'
  );
}

function theirs(results: readonly Result[]): OutcomeInWords[] {
  const lost = results.filter(({ session }) => session === 'revoked');
  const kept = results.filter(({ session, failed }) => session === 'alive' && failed > 0);
  const passed = results.filter(({ session, failed }) => session === 'alive' && failed === 0);
  return [
    ...inWords(false, lost, 'lost the session: the user has to sign in again.'),
    ...inWords(
      false,
      kept,
      'kept the session, but failed requests that a fresh token would have saved.',
    ),
    ...inWords(true, passed, 'came through this time.'),
  ];
}

function oursInWords(results: readonly Result[], requests: number): OutcomeInWords[] {
  const flawless = results.filter(isFlawless);
  const all = count(requests);
  const flawed = results.filter((result) => !isFlawless(result));
  return [
    ...flawed.map((result) => ({
      good: false,
      text: `${result.name} did not hold: ${brokenRules(result).join('; ')}.`,
    })),
    ...inWords(
      true,
      flawless,
      `${flawless.length > 1 ? 'each ' : ''}made 1 refresh, with no reuse, and had ${all} of ${all} requests answered.`,
    ),
  ];
}

function inWords(good: boolean, results: readonly Result[], predicate: string): OutcomeInWords[] {
  if (results.length === 0) return [];
  const names = new Intl.ListFormat('en', { type: 'conjunction' }).format(
    results.map(({ name }) => name),
  );
  return [{ good, text: `${names} ${predicate}` }];
}

function isFlawless(result: Result): boolean {
  return brokenRules(result).length === 0;
}
