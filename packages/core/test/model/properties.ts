import { isLive } from './server.ts';
import { type Budget, isQuiet, type Mode, type State } from './state.ts';

/** What must hold, by the rows of docs/guarantees.md. */
export const PROPERTIES = {
  D1: 'without a fault, a refresh token is redeemed by one at a time',
  D2: 'without a fault, no reuse is detected',
  'D3 back': 'the generation never goes back',
  'D3 skip': 'no generation is skipped',
  'D3 token': 'a stored refresh token is never replaced by an older one',
  D4: 'nothing is stored after a sign-out',
  D5: 'what is shown is stored',
  'D6 given up': 'a live session is never given up',
  'D6 token': 'the stored refresh token is the live one',
  D7: 'a lease that runs out does not end the session',
  D8: 'one crash or one lost message costs nothing',
  'D9 stuck': 'nobody is stuck',
  'D9 settle': 'everybody can still settle',
} as const;
export type Property = keyof typeof PROPERTIES;

const requestsIn = ({ messages }: State): number[] =>
  messages.filter(({ answer }) => answer === undefined).map(({ refreshToken }) => refreshToken);

/** The most requests with one refresh token that are under way at once. */
export function overlap(state: State): number {
  const requests = requestsIn(state);
  return Math.max(
    0,
    ...requests.map((token) => requests.filter((other) => other === token).length),
  );
}

/** What is wrong with a state. `given`: the budget that it all began with; `stuck`: nothing can happen any more. */
export function brokenIn(state: State, given: Budget, mode: Mode, stuck: boolean): Property[] {
  const { store, server, left, processes } = state;
  const broken: Property[] = [];
  const calm = left.crashes === given.crashes && left.losses === given.losses;
  const faultFree = calm && left.leases === given.leases;
  const stayed = left.signOuts === given.signOuts;

  if (faultFree && overlap(state) > 1) broken.push('D1');
  if (faultFree && stayed && server.revoked) broken.push('D2');
  if (!stayed && store.status === 'active') broken.push('D4');
  if (processes.some(({ shown }) => shown > store.gen)) broken.push('D5');
  if (stuck && !isQuiet(state)) broken.push('D9 stuck');
  if (!isQuiet(state) || !stayed) return broken;

  const stored = store.status === 'active' && isLive(mode, server, store.refreshToken);
  if (!calm) return stored ? broken : [...broken, 'D8'];
  if (server.revoked) broken.push('D7');
  else if (store.status !== 'active') broken.push('D6 given up');
  else if (!stored) broken.push('D6 token');
  return broken;
}

/** What is wrong with a step. */
export function brokenBetween(
  { store: before }: State,
  { store: after }: State,
  mode: Mode,
): Property[] {
  const broken: Property[] = [];
  const bothActive = before.status === 'active' && after.status === 'active';
  if (after.gen < before.gen) broken.push('D3 back');
  if (bothActive && after.gen > before.gen + 1) broken.push('D3 skip');
  if (bothActive && mode !== 'neverRotates' && after.refreshToken < before.refreshToken)
    broken.push('D3 token');
  if (before.status === 'signedOut' && after.status === 'active') broken.push('D4');
  return broken;
}
