import { atMostOneRefresh, goesOn, nobodyHangs, noted, sessionAlive } from '../rules.ts';
import type { Scenario } from '../scenario.ts';

export const always401: Scenario = {
  id: 'always-401',
  name: 'always 401',
  what: '5 requests for a place that answers 401 whatever comes, then one for another place.',
  rules: [
    atMostOneRefresh,
    sessionAlive,
    nobodyHangs,
    noted('each is sent twice at most', 'sent at most', 2),
    goesOn,
  ],
  async play(stage) {
    await stage.settle(stage.ask(5, { under: '/denied' }));
    const sent = new Map<string, number>();
    for (const { path } of stage.arena.visits) sent.set(path, (sent.get(path) ?? 0) + 1);
    stage.note('sent at most', Math.max(2, ...sent.values()));
    await stage.goOn();
  },
};
