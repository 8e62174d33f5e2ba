// What must hold of the age of an intent: nobody is overridden who is alive, and nobody waits for the dead for ever.
import type { Model, Place } from '../explore.ts';
import { runs } from '../graph.ts';
import { type Faults, initialState, LIMIT, type Rules, type State } from './state.ts';
import { stepsOf, TICK } from './steps.ts';

export type Property =
  | "somebody sends while another's attempt is alive, or its answer owed"
  | 'a spent refresh token is sent though nobody died'
  | 'nobody ever gets past an abandoned intent'
  | 'an abandoned intent is waited for longer than that';

export const RULES: Rules = {
  age: 'seen by anybody',
  lock: 'none',
  life: 0,
  limit: LIMIT,
  attemptFrom: 'its look',
  slowWrites: false,
  abandoned: false,
  writerAhead: 0,
  spent: false,
  ahead: [0, 0],
};

export const NO_FAULT: Faults = { outages: 0, crashes: 0, lapses: 0, clockSteps: 0 };

/** As it is before anybody has redeemed the token. */
const isWaiting = ({ state }: Place<State>): boolean =>
  state.sent === 0 && state.gen === 0 && state.up;

/** `atMost`: for how many ticks an abandoned intent may be waited for. */
export function ageModel(rules: Rules, faults: Faults, atMost: number): Model<State, Property> {
  const model: Model<State, Property> = {
    initial: initialState(rules, faults),
    steps: (state) => stepsOf(state, rules, faults),
    brokenIn: ({ together, reuse, left }) => {
      const broken: Property[] = [];
      if (together)
        broken.push("somebody sends while another's attempt is alive, or its answer owed");
      if (reuse && !rules.spent && left.crashes === faults.crashes)
        broken.push('a spent refresh token is sent though nobody died');
      return broken;
    },
  };
  if (!rules.abandoned) return model;
  return {
    ...model,
    judge: (places, note) => {
      const { endless, longest } = runs(
        places,
        (from, { place }) => isWaiting(from) && isWaiting(place),
        ({ kind }) => (kind === TICK ? 1 : 0),
      );
      if (endless !== undefined)
        note('nobody ever gets past an abandoned intent', endless.place, endless.circle);
      for (const first of places.slice(0, 1))
        if ((longest.get(first) ?? 0) > atMost)
          note('an abandoned intent is waited for longer than that', first);
    },
  };
}
