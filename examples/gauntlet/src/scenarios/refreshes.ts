import { goesOn, nobodyHangs, noted, oneRefresh, sessionAlive } from '../rules.ts';
import type { Scenario } from '../scenario.ts';
import { EXPIRING, untilExpired } from './expiring.ts';

export const refreshFails: Scenario = {
  id: 'refresh-fails',
  name: 'refresh fails',
  what: '20 requests at once; the token endpoint answers the first call with 503 and a page of HTML, the second with 200 and a page of HTML.',
  rules: [sessionAlive, nobodyHangs, goesOn],
  firstLifetime: EXPIRING,
  async play(stage) {
    stage.arena.server.plan(
      { type: 'status', when: 'before', status: 503 },
      { type: 'html', when: 'before' },
    );
    await untilExpired(stage);
    await stage.settle(stage.ask(stage.crowd), 20_000);
    await stage.goOn(20_000);
  },
};

export const refreshHangs: Scenario = {
  id: 'refresh-hangs',
  name: 'refresh hangs',
  what: '5 requests at once; the token endpoint takes the first call and never answers it. A caller that waits for a minute hangs. One more request has another minute.',
  rules: [sessionAlive, nobodyHangs, goesOn],
  firstLifetime: EXPIRING,
  long: true,
  async play(stage) {
    stage.arena.server.plan({ type: 'hang', when: 'before' });
    await untilExpired(stage);
    await stage.settle(stage.ask(5), 60_000);
    await stage.goOn(60_000);
  },
};

export const refreshLate: Scenario = {
  id: 'refresh-late',
  name: 'refresh answers late',
  what: '5 requests with a time limit of 1 s each; the token endpoint rotates at once and answers after 4 s.',
  rules: [oneRefresh, sessionAlive, nobodyHangs, goesOn],
  firstLifetime: EXPIRING,
  async play(stage) {
    stage.arena.server.plan({ type: 'delay', when: 'after', ms: 4000 });
    await untilExpired(stage);
    const limits = stage.client.cannotTimeOut ? {} : { limits: { timeout: 1000 } };
    await stage.settle(stage.ask(5, limits));
    await stage.goOn();
  },
};

export const answerLost: Scenario = {
  id: 'answer-lost',
  name: 'answer lost',
  what: '5 requests at once; the token endpoint rotates, and the connection breaks before its answer. The server takes the token before once more (a grace of 60 s): with one that takes it never, nobody could keep the session.',
  rules: [sessionAlive, nobodyHangs, goesOn],
  firstLifetime: EXPIRING,
  server: { mode: 'grace', graceWindow: 60_000 },
  async play(stage) {
    stage.arena.server.plan({ type: 'drop', when: 'after' });
    await untilExpired(stage);
    await stage.settle(stage.ask(5), 30_000);
    await stage.goOn(20_000);
  },
};

/** Ms. */
const OUTAGE = 40_000;

export const outage: Scenario = {
  id: 'outage',
  name: 'outage of 40 s',
  what: 'The authorization server is ended, and started again after 40 s: in between, connections to it are refused. The API is there; of a client that knows one address for both, it is not. A request comes every second, then one every half second until one is answered.',
  rules: [sessionAlive, nobodyHangs, noted('goes on within 5 s of its end', 'soon', true)],
  firstLifetime: EXPIRING,
  isApart: true,
  long: true,
  async play(stage) {
    await untilExpired(stage);
    await stage.arena.authorizationServer?.stop();
    const start = performance.now();
    const calls: ReturnType<typeof stage.ask> = [];
    while (performance.now() - start < OUTAGE) {
      calls.push(...stage.ask(1));
      await stage.settle(calls.slice(-1), 1000);
      await stage.wait(Math.max(0, calls.length * 1000 - (performance.now() - start)));
    }
    await stage.arena.authorizationServer?.start();
    const end = performance.now();
    let isAnswered = calls.some(({ state }) => state === 'answered');
    while (!isAnswered && performance.now() - end < 20_000) {
      calls.push(...stage.ask(1));
      await stage.settle(calls.slice(-1), 500);
      await stage.wait(500);
      isAnswered = calls.some(({ state }) => state === 'answered');
    }
    const after = Math.round((performance.now() - end) / 1000);
    stage.note('soon', isAnswered && after <= 5);
    stage.note('answered again', isAnswered ? `${after} s after it` : 'not within 20 s');
    await stage.settle(calls, 40_000);
  },
};
