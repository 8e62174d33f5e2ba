import type { Contender } from '@unexpired/example-contenders/contender';
import { type Contest, type Played, prepareContest } from './contest.ts';
import type { Progress } from './progress.ts';
import { type Result, resultOf } from './result.ts';
import { endAccessTokens, firstLifetime, type Scenario } from './scenario.ts';
import type { Servers } from './servers/start.ts';
import { count, plural } from './texts.ts';

/** Requests of each contender's unmeasured first round, so that no one pays for a cold start. */
const REHEARSAL = 20;

export interface Match {
  readonly contender: Contender;
  readonly played: Played;
  readonly result: Result;
}

/** Lets every contender sign in, lets their access tokens end, and then gives each its burst, one contender after the other. */
export async function runMatches(
  servers: Servers,
  contenders: readonly Contender[],
  { requests, scenario }: { readonly requests: number; readonly scenario: Scenario },
  progress: Progress,
): Promise<Match[]> {
  const prepareAll = async (): Promise<Contest[]> => {
    const prepared: Contest[] = [];
    for (const contender of contenders)
      prepared.push(await prepareContest(servers, contender, firstLifetime(scenario)));
    return prepared;
  };
  const rehearsals = await prepareAll();
  const contests = await prepareAll();
  progress.step(
    `${plural(contests.length, 'contender')} signed in, each with a session and a pair of servers of its own.`,
  );

  progress.step(
    scenario === 'expired'
      ? 'Waiting for the access tokens to expire ...'
      : 'The authorization server takes all access tokens back ...',
  );
  await endAccessTokens(
    scenario,
    [...rehearsals, ...contests].map(({ arena }) => arena),
  );

  progress.step('Rehearsing, not counted ...');
  for (const rehearsal of rehearsals) await rehearsal.run(Math.min(requests, REHEARSAL));

  progress.step(`Firing ${count(requests)} concurrent requests through each:`);
  const matches: Match[] = [];
  for (const { contender, run } of contests) {
    const played = await run(requests, (look) => progress.look(contender.name, requests, look));
    const result = resultOf(contender, played.outcomes, played.record, played.cutAtDeadline);
    progress.finished(result);
    matches.push({ contender, played, result });
  }
  return matches;
}
