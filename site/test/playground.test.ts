import { describe, expect, it } from '@jest/globals';
import { LANES } from '../src/playground/lanes.ts';
import { race, type RaceOptions } from '../src/playground/race.ts';
import { verdictOf } from '../src/playground/verdict.ts';

const QUIET: RaceOptions = {
  requests: 10,
  latency: 20,
  mode: 'revokes',
  loseAnswer: false,
  offline: false,
  signOut: false,
  secondTab: false,
};
const play = (options: Partial<RaceOptions>): Promise<string[]> =>
  Promise.all(
    LANES.map(
      async (lane) =>
        verdictOf(
          await race(lane, { ...QUIET, ...options }, () => undefined),
          options.signOut === true,
        ).text,
    ),
  );
const THEFT = 'The server saw theft: signed out everywhere';
const WHOLE = 'Every request was answered, and the session goes on';
const AGAIN = 'Signed in again by itself after the sign-out';

describe('the playground shows, of the four lanes', () => {
  it.each([
    ['a burst', {}, [THEFT, WHOLE, WHOLE, WHOLE]],
    ['a burst from two tabs', { secondTab: true }, [THEFT, THEFT, THEFT, WHOLE]],
    [
      'a burst from two tabs, with a grace window',
      { secondTab: true, mode: 'grace' },
      [WHOLE, WHOLE, WHOLE, WHOLE],
    ],
    [
      'a sign-out in the middle',
      { signOut: true },
      [AGAIN, AGAIN, AGAIN, 'Signed out, and stays so'],
    ],
    [
      'a lost answer on a strict server: nobody keeps that session',
      { loseAnswer: true },
      [THEFT, 'The session is lost', THEFT, THEFT],
    ],
  ] as const)('%s', async (_, options, verdicts) => {
    expect(await play(options)).toEqual(verdicts);
  });
});
