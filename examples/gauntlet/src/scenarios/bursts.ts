import { gate } from '../gate.ts';
import { everyoneAnswered, goesOn, oneRefresh, sessionAlive } from '../rules.ts';
import type { Scenario } from '../scenario.ts';
import { EXPIRING, untilExpired } from './expiring.ts';

export const burst: Scenario = {
  id: 'burst',
  name: 'burst',
  what: '20 requests at once find the access token expired.',
  rules: [oneRefresh, sessionAlive, everyoneAnswered],
  firstLifetime: EXPIRING,
  async play(stage) {
    await untilExpired(stage);
    await stage.settle(stage.ask(stage.crowd));
  },
};

export const late401: Scenario = {
  id: 'late-401',
  name: 'late 401',
  what: '20 requests at once; the server has taken the token back. Half are refused at once, half only after a refresh is over.',
  rules: [oneRefresh, sessionAlive, everyoneAnswered],
  async play(stage) {
    const { arena } = stage;
    arena.server.endAccessTokens();
    const refreshed = gate();
    arena.holdRefusals = (path) =>
      Number(path.split('/').at(-1)) % 2 ? undefined : refreshed.opened;
    const calls = stage.ask(stage.crowd);
    const [first] = calls;
    // The first of those that were refused at once is through: the refresh is over.
    if (first) await stage.settle([first], 5000);
    refreshed.open();
    await stage.settle(calls);
  },
};

export const twoClients: Scenario = {
  id: 'two-clients',
  name: 'two clients, one session',
  what: 'The app has two clients on one session; each sends 10 requests at the same moment, and the token has expired.',
  rules: [oneRefresh, sessionAlive, everyoneAnswered, goesOn],
  firstLifetime: EXPIRING,
  async play(stage) {
    const second = await stage.started.client();
    await untilExpired(stage);
    await stage.settle([
      ...stage.ask(stage.crowd / 2),
      ...stage.ask(stage.crowd / 2, { client: second }),
    ]);
    await stage.goOn();
  },
};
