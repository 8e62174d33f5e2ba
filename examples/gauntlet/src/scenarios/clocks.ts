import { atMostOneRefresh, everyoneAnswered, oneRefresh, sessionAlive } from '../rules.ts';
import type { Scenario } from '../scenario.ts';

/** Ms. */
const MINUTE = 60_000;

export const fastClock: Scenario = {
  id: 'fast-clock',
  name: 'a clock that is fast',
  what: "Tokens last 5 minutes, and the client's clock is 10 minutes fast. 5 requests, one after the other, with a good token.",
  rules: [atMostOneRefresh, sessionAlive, everyoneAnswered],
  clockOffset: 10 * MINUTE,
  server: { accessTokenLifetime: 5 * MINUTE },
  async play(stage) {
    for (let request = 0; request < 5; request += 1) await stage.settle(stage.ask(1));
  },
};

export const slowClock: Scenario = {
  id: 'slow-clock',
  name: 'a clock that is slow',
  what: "Tokens last 5 minutes, and the client's clock is an hour slow. The token is over, and 5 requests come at once.",
  rules: [oneRefresh, sessionAlive, everyoneAnswered],
  clockOffset: -60 * MINUTE,
  server: { accessTokenLifetime: 5 * MINUTE },
  async play(stage) {
    stage.arena.server.endAccessTokens();
    await stage.settle(stage.ask(5));
  },
};
