import { flightSteps, PROTOCOL, type Rules, type Step } from './flight.ts';
import { outsideSteps } from './outside.ts';
import { brokenBetween, brokenIn, overlap, type Property } from './properties.ts';
import { type Budget, initialState, isDone, keyOf, type Mode, type State } from './state.ts';

/** What is searched. */
export interface Question {
  readonly mode: Mode;
  /** Default 2. */
  readonly processes?: number;
  /** For each process. */
  readonly flights: number;
  /** What may go wrong; by default nothing does. */
  readonly faults?: Partial<Budget>;
  /** The rules that are not those of the protocol. */
  readonly rules?: Partial<Rules>;
}

export interface Finding {
  /** How many states can be reached. */
  readonly states: number;
  /** The properties that do not hold, each with the shortest way to where it does not. */
  readonly broken: ReadonlyMap<Property, readonly string[]>;
  /** The most simultaneous redemptions of one refresh token. */
  readonly overlap: number;
}

interface Place {
  readonly state: State;
  readonly from: Place | undefined;
  readonly by: string;
  /** Where it can come from in one step. */
  readonly before: Place[];
}

/** Visits every state that any order of steps and faults can lead to, the nearest first. */
export function search({ mode, processes = 2, flights, faults, rules }: Question): Finding {
  const given: Budget = { leases: 0, crashes: 0, losses: 0, signOuts: 0, ...faults };
  const following = { ...PROTOCOL, ...rules };
  const next = (state: State): Step[] => [
    ...state.processes.flatMap((_, id) => flightSteps(state, id, following, mode)),
    ...outsideSteps(state, mode),
  ];

  const broken = new Map<Property, readonly string[]>();
  const note = (properties: readonly Property[], place: Place, then: string[] = []): void => {
    for (const property of properties)
      if (!broken.has(property)) broken.set(property, [...wayTo(place), ...then]);
  };
  const first: Place = {
    state: initialState(processes, flights, given),
    from: undefined,
    by: '',
    before: [],
  };
  const known = new Map([[keyOf(first.state), first]]);
  const places = [first];
  let mostAtOnce = 0;

  for (const place of places) {
    const steps = next(place.state);
    note(brokenIn(place.state, given, mode, steps.length === 0), place);
    mostAtOnce = Math.max(mostAtOnce, overlap(place.state));
    for (const { name, to } of steps) {
      note(brokenBetween(place.state, to, mode), place, [name]);
      const key = keyOf(to);
      let reached = known.get(key);
      if (reached === undefined) {
        reached = { state: to, from: place, by: name, before: [] };
        known.set(key, reached);
        places.push(reached); // the loop goes on with what is added
      }
      reached.before.push(place);
    }
  }

  const settling = new Set(places.filter(({ state }) => isDone(state)));
  for (const place of settling) for (const before of place.before) settling.add(before);
  const lost = places.find((place) => !settling.has(place));
  if (lost !== undefined) note(['D9 settle'], lost);
  return { states: places.length, broken, overlap: mostAtOnce };
}

function wayTo(place: Place): string[] {
  const way: string[] = [];
  for (let at: Place | undefined = place; at?.from !== undefined; at = at.from) way.unshift(at.by);
  return way;
}
