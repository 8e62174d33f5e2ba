import { within } from '../calls.ts';
import { everyoneAnswered, nobodyHangs, noted, sessionAlive } from '../rules.ts';
import type { Scenario } from '../scenario.ts';
import { EXPIRING, holdRefresh, untilExpired, untilRefreshing } from './expiring.ts';

export const signOutMeanwhile: Scenario = {
  id: 'sign-out',
  name: 'sign-out during a refresh',
  what: '5 requests wait for a refresh, somebody signs out, the refresh is answered. Then one more request.',
  rules: [
    sessionAlive,
    nobodyHangs,
    noted('no request with a token after the sign-out', 'served after it', 0),
  ],
  firstLifetime: EXPIRING,
  without: ({ started }) => (started.signOut === undefined ? 'it has no sign-out' : undefined),
  async play(stage) {
    await untilExpired(stage);
    const openGate = holdRefresh(stage);
    const calls = stage.ask(5);
    await untilRefreshing(stage);
    const before = stage.arena.visits.length;
    // Some wait for the refresh before they sign out.
    const signingOut = Promise.resolve(stage.started.signOut?.());
    await within(1000, signingOut);
    openGate();
    await stage.settle(calls);
    await within(5000, signingOut);
    await stage.settle(stage.ask(1));
    stage.note(
      'served after it',
      stage.arena.visits.slice(before).filter(({ good }) => good).length,
    );
  },
};

export const announcedAgain: Scenario = {
  id: 'announced-again',
  name: 'sign-in announced again during a refresh',
  what: '5 requests wait for a refresh, and the app announces the same login again, as a component that is mounted twice does. Later the server takes the access token back, and 5 more requests come.',
  rules: [sessionAlive, everyoneAnswered],
  firstLifetime: EXPIRING,
  async play(stage) {
    await untilExpired(stage);
    const openGate = holdRefresh(stage);
    const calls = stage.ask(5);
    await untilRefreshing(stage);
    const announcing = stage.announce();
    openGate();
    await stage.settle(calls);
    await announcing;
    stage.arena.server.endAccessTokens();
    await stage.wait(1100); // a token that is refused within a second of its refresh is another matter
    await stage.settle(stage.ask(5));
  },
};
