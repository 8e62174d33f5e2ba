import { nobodyHangs, noted, oneRefresh, sessionAlive } from '../rules.ts';
import type { Scenario } from '../scenario.ts';
import type { Stage } from '../stage.ts';
import { EXPIRING, holdRefresh, untilExpired, untilRefreshing } from './expiring.ts';

const told = noted('the caller that gave up is told at once', 'told', true);
const othersAnswered = noted('the others are answered', 'others answered', 4);

export const abortQueued: Scenario = {
  id: 'abort-queued',
  name: 'abort while queued',
  what: '5 requests wait for a refresh, and one of them is aborted.',
  rules: [oneRefresh, sessionAlive, nobodyHangs, told, othersAnswered],
  firstLifetime: EXPIRING,
  without: ({ client }) => (client.cannotAbort ? 'it has no signal for a request' : undefined),
  async play(stage) {
    const abort = new AbortController();
    await giveUp(stage, { signal: abort.signal }, () => abort.abort());
  },
};

export const timeoutQueued: Scenario = {
  id: 'timeout-queued',
  name: 'timeout while queued',
  what: '5 requests wait for a refresh that takes longer than the half second that one of them has.',
  rules: [oneRefresh, sessionAlive, nobodyHangs, told, othersAnswered],
  firstLifetime: EXPIRING,
  without: ({ client }) =>
    client.cannotTimeOut ? 'it has no time limit for a request' : undefined,
  play: (stage) => giveUp(stage, { timeout: 500 }, () => undefined),
};

/** The refresh is answered once the caller that gives up has been told, or after 3 s: then it was told too late. */
async function giveUp(
  stage: Stage,
  limits: { readonly signal?: AbortSignal; readonly timeout?: number },
  trigger: () => void,
): Promise<void> {
  await untilExpired(stage);
  const openGate = holdRefresh(stage);
  const before = stage.ask(2);
  await untilRefreshing(stage);
  const one = stage.ask(1, { limits });
  const after = stage.ask(2);
  await stage.wait(100);
  trigger();
  await stage.settle(one, 3000);
  stage.note('told', one[0]?.state === 'failed');
  openGate();
  const others = [...before, ...after];
  await stage.settle([...others, ...one]);
  stage.note('others answered', others.filter(({ state }) => state === 'answered').length);
}
