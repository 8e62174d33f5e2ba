// What must hold, and the model as a whole.
import type { Model, Step } from '../explore.ts';
import { cannotReach } from '../graph.ts';
import { managerSteps } from './flight.ts';
import type { Setup } from './rules.ts';
import { initialState, isLive, type State } from './state.ts';
import { worldSteps } from './world.ts';

export type Property =
  | 'two at once redeem one refresh token'
  | 'a spent refresh token is sent'
  | 'the stored generation goes back'
  | 'the session comes up again after a sign-out'
  | 'a flight makes a record again that is gone'
  | 'a session is lost although nobody died'
  | 'a manager stays signed out of a session that came back'
  | 'somebody is stuck'
  | 'one crash or lost answer costs the session of a lenient server'
  | 'a flight slower than its limit costs the session';

export function recordModel(setup: Setup): Model<State, Property> {
  const steps = (state: State): Step<State>[] => [
    ...state.managers.flatMap((_, id) => managerSteps(state, id, setup)),
    ...worldSteps(state, setup),
  ];
  return {
    initial: initialState(setup),
    steps,
    brokenIn: (state, next) => [
      ...whileItGoesOn(state, setup),
      ...(next.every(({ free }) => free) ? atTheEnd(state, setup) : []),
    ],
    brokenBy,
    judge: (places, note) => {
      const stuck = cannotReach(places, ({ next }) => next.every(({ free }) => free));
      if (stuck !== undefined) note('somebody is stuck', stuck);
    },
  };
}

/** Every flight ended within its limit, and no backup was used that a living manager knew better than. */
const isFair = ({ left, excused }: State, { faults }: Setup): boolean =>
  left.slowFlights === faults.slowFlights && !excused;

/** No answer was lost, no manager died, and nobody signed out: what the server gave is known to somebody. */
const isLossless = (state: State, setup: Setup): boolean =>
  isFair(state, setup) &&
  state.left.crashes === setup.faults.crashes &&
  state.left.lostAnswers === setup.faults.lostAnswers &&
  state.left.signOuts === setup.faults.signOuts;

function whileItGoesOn(state: State, setup: Setup): Property[] {
  const broken: Property[] = [];
  const sent = state.messages.filter(({ from }) => from >= 0).map((each) => each.refreshToken);
  const twice = new Set(sent).size < sent.length;
  if (twice && isFair(state, setup) && state.left.lostAnswers === setup.faults.lostAnswers)
    broken.push('two at once redeem one refresh token');
  if (state.server.reuse && setup.mode !== 'neverRotates' && isLossless(state, setup))
    broken.push('a spent refresh token is sent');
  return broken;
}

function atTheEnd(state: State, setup: Setup): Property[] {
  const broken: Property[] = [];
  const { record, server, managers, left } = state;
  const { mode, faults } = setup;
  const works = record?.status === 'active' && isLive(mode, server, record.refreshToken);
  const signedOut = record === undefined || record.status === 'signedOut';
  if (isLossless(state, setup) && !signedOut) {
    if (!works) broken.push('a session is lost although nobody died');
    if (managers.some(({ phase, session }) => phase !== 'dead' && isOutside(session)))
      broken.push('a manager stays signed out of a session that came back');
  }
  const died = faults.crashes - left.crashes + faults.lostAnswers - left.lostAnswers;
  const calm = left.signOuts === faults.signOuts && left.restores === faults.restores;
  const lenient = mode === 'neverRotates' || mode === 'grace';
  if (isFair(state, setup) && calm && record && died === 1 && lenient && !works)
    broken.push('one crash or lost answer costs the session of a lenient server');
  const lost = server.revoked || record?.status !== 'active';
  if (left.slowFlights < faults.slowFlights && record !== undefined && lost)
    broken.push('a flight slower than its limit costs the session');
  const waits = managers.some(
    ({ phase }) =>
      phase !== 'idle' && phase !== 'dead' && !(phase === 'oweAway' && record === undefined),
  );
  if (waits) broken.push('somebody is stuck');
  return broken;
}

const isOutside = (session: string): boolean => session !== 'in' && session !== 'out';

function brokenBy(from: State, { kind, to }: Step<State>): Property[] {
  const broken: Property[] = [];
  const was = from.record;
  const is = to.record;
  if (was && is && is.gen < was.gen && kind !== 'a backup is restored')
    broken.push('the stored generation goes back');
  if (was?.status === 'signedOut' && is && is.status !== 'signedOut')
    broken.push('the session comes up again after a sign-out');
  if (was === undefined && is !== undefined && kind !== 'the record returns')
    broken.push('a flight makes a record again that is gone');
  return broken;
}
