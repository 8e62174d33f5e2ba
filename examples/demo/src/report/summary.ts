import { brokenRules, type Result } from '../result.ts';
import type { Scenario } from '../scenario.ts';
import { count } from '../table.ts';

/** The run in plain words. */
export interface Summary {
  readonly headline: string;
  readonly sentences: readonly string[];
}

export function summarize(results: readonly Result[], requests: number, scenario: Scenario): Summary {
  const ours = results.filter((result) => result.ours);
  const others = results.filter((result) => !result.ours);
  return {
    headline: headline(ours, requests),
    sentences: [opening(requests, scenario), ...groups(others), ...oursInWords(ours, requests)],
  };
}

function headline(ours: readonly Result[], requests: number): string {
  const all = `${count(requests)} requests at once`;
  if (ours.length === 0) return `${all}, and no fresh token`;
  return ours.every(isFlawless) ? `${all}, one refresh` : `${all}, and not the one refresh that was promised`;
}

function opening(requests: number, scenario: Scenario): string {
  const cause = scenario === 'expired' ? 'its access token had expired' : 'the server had taken its access token back early';
  return (
    `A client sent ${count(requests)} requests at the same moment, and ${cause}. Its refresh token may be used once: ` +
    'a second use looks like theft, and the authorization server then revokes the whole session.'
  );
}

function groups(others: readonly Result[]): string[] {
  const lost = others.filter(({ session }) => session === 'revoked');
  const kept = others.filter(({ session, failed }) => session === 'alive' && failed > 0);
  const passed = others.filter(({ session, failed }) => session === 'alive' && failed === 0);
  return [
    ...sentence(lost, (names) => `${names} lost the session: the user has to sign in again.`),
    ...sentence(kept, (names) => `${names} kept the session, but failed requests that a fresh token would have saved.`),
    ...sentence(passed, (names) => `${names} came through this time.`),
  ];
}

function oursInWords(ours: readonly Result[], requests: number): string[] {
  const flawless = ours.filter(isFlawless);
  const flawed = ours.filter((result) => !isFlawless(result));
  return [
    ...sentence(flawless, (names) => `${names}: 1 refresh, no reuse, ${count(requests)} of ${count(requests)} requests answered.`),
    ...flawed.map((result) => `${result.name} did not hold: ${brokenRules(result).join('; ')}.`),
  ];
}

function isFlawless(result: Result): boolean {
  return brokenRules(result).length === 0;
}

function sentence(results: readonly Result[], say: (names: string) => string): string[] {
  if (results.length === 0) return [];
  return [say(new Intl.ListFormat('en', { type: 'conjunction' }).format(results.map(({ name }) => name)))];
}
