// What must hold in the end, when everybody has looked.
import type { Model, Step } from '../explore.ts';
import { runs } from '../graph.ts';
import { type Faults, initialState, type Rules, type State, same } from './state.ts';
import { stepsOf } from './steps.ts';

export type Property =
  | 'managers and store do not agree'
  | 'a rejected sign-in stands'
  | 'a signed-out session is back'
  | 'they write over each other for ever'
  | 'the last sign-in or sign-out that resolved does not stand';

export interface Setup {
  readonly managers: number;
  readonly rules: Rules;
  readonly faults: Faults;
  /** More states than this: turns grow for ever. */
  readonly limit?: number;
}

export function turnsModel({
  managers,
  rules,
  faults,
  limit = 200_000,
}: Setup): Model<State, Property> {
  return {
    initial: initialState(managers, faults),
    steps: (state) => stepsOf(state, rules),
    brokenIn: (state, next) => (isQuiet(state, next) ? atTheEnd(state, rules) : []),
    judge: (places, note) => {
      const { endless } = runs(places, (_, edge) => !edge.free);
      if (endless !== undefined)
        note('they write over each other for ever', endless.place, endless.circle);
    },
    limit,
    unbounded: 'they write over each other for ever',
  };
}

/** Nobody has anything to do by itself, and nothing is under way. */
const isQuiet = ({ late }: State, next: readonly Step<State>[]): boolean =>
  late === undefined && next.every(({ free }) => free);

function atTheEnd(state: State, { unanswered }: Rules): Property[] {
  const { store, managers, rejected, refused, last, mayStand } = state;
  const broken: Property[] = [];
  if (managers.some(({ memory, owed }) => !same(memory, store) || owed !== undefined))
    broken.push('managers and store do not agree');
  // A sign-in that is owed may take effect, and its error says so.
  const owed = unanswered === 'owed beside memory' || unanswered === 'owed as the newest record';
  const never = owed ? [refused] : [refused, rejected];
  if (never.includes(store.session) && store.signedIn) broken.push('a rejected sign-in stands');
  if (last === undefined) return broken;
  const stands = store.session === last.session && store.signedIn === last.signedIn;
  if (!last.signedIn && store.session === last.session && store.signedIn)
    broken.push('a signed-out session is back');
  const later = owed && store.signedIn && mayStand.includes(store.session);
  if (!stands && !later) broken.push('the last sign-in or sign-out that resolved does not stand');
  return broken;
}
