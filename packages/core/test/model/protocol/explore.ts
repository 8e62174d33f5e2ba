// A search of all states that a model can reach, the nearest first. It knows nothing of tokens.

/** One thing that can happen next. */
export interface Step<S> {
  /** What happens, without who does it. */
  readonly kind: string;
  /** The manager that does it, where a manager does. */
  readonly by?: number;
  readonly to: S;
  /** Nobody has to do this: a fault, or somebody's choice. */
  readonly free?: true;
}

/** One state, with the shortest way to it. */
export interface Place<S> {
  readonly index: number;
  readonly state: S;
  readonly from: Place<S> | undefined;
  readonly step: string;
  /** Empty, unless the model judges the whole. */
  readonly next: Edge<S>[];
}

export interface Edge<S> {
  readonly place: Place<S>;
  readonly kind: string;
  readonly name: string;
  readonly free: boolean;
}

export type Note<S, P extends string> = (
  property: P,
  place: Place<S>,
  then?: readonly string[],
) => void;

/** What is searched. States are plain data: numbers, texts, and objects and lists of those. */
export interface Model<S, P extends string> {
  readonly initial: S;
  readonly steps: (state: S) => readonly Step<S>[];
  /** The properties that a state breaks; `next` is what can happen in it. */
  readonly brokenIn?: (state: S, next: readonly Step<S>[]) => readonly P[];
  /** The properties that a step breaks. */
  readonly brokenBy?: (from: S, step: Step<S>) => readonly P[];
  /** Judges all states together, when no more are found. */
  readonly judge?: (places: readonly Place<S>[], note: Note<S, P>) => void;
  /** The search ends once this is broken, and does not judge the whole. */
  readonly until?: P;
  /** More states than this break `unbounded`; where the model does not say that, the search throws. */
  readonly limit?: number;
  readonly unbounded?: P;
}

export interface Finding<P extends string = string> {
  readonly states: number;
  /** The properties that do not hold, each with the shortest way to where it does not. */
  readonly broken: ReadonlyMap<P, readonly string[]>;
}

const LIMIT = 1_000_000;

export function explore<S, P extends string>(model: Model<S, P>): Finding<P> {
  const broken = new Map<P, readonly string[]>();
  const note: Note<S, P> = (property, place, then = []) => {
    if (!broken.has(property)) broken.set(property, [...wayTo(place), ...then]);
  };
  const first: Place<S> = { index: 0, state: model.initial, from: undefined, step: '', next: [] };
  const places = [first];
  const known = new Map([[keyOf(first.state), first]]);
  for (const place of places) {
    if (places.length > (model.limit ?? LIMIT)) {
      if (model.unbounded === undefined)
        throw new Error(`The model has more than ${model.limit ?? LIMIT} states`);
      note(model.unbounded, place);
      return { states: places.length, broken };
    }
    if (model.until !== undefined && broken.has(model.until))
      return { states: places.length, broken };
    const steps = model.steps(place.state);
    for (const property of model.brokenIn?.(place.state, steps) ?? []) note(property, place);
    for (const step of steps) {
      for (const property of model.brokenBy?.(place.state, step) ?? [])
        note(property, place, [nameOf(step)]);
      const key = keyOf(step.to);
      let reached = known.get(key);
      if (reached === undefined) {
        const index = places.length;
        reached = { index, state: step.to, from: place, step: nameOf(step), next: [] };
        known.set(key, reached);
        places.push(reached); // the loop goes on with what is added
      }
      if (model.judge !== undefined) place.next.push(edgeTo(reached, step));
    }
  }
  model.judge?.(places, note);
  return { states: places.length, broken };
}

const edgeTo = <S>(place: Place<S>, step: Step<S>): Edge<S> => ({
  place,
  kind: step.kind,
  name: nameOf(step),
  free: step.free === true,
});

/** "1 asks the server": managers are counted from 1. */
export function nameOf({ kind, by }: Step<unknown>): string {
  return by === undefined ? kind : `${by + 1} ${kind}`;
}

function wayTo<S>(place: Place<S>): string[] {
  const way: string[] = [];
  for (let at: Place<S> | undefined = place; at?.from !== undefined; at = at.from)
    way.push(at.step);
  return way.toReversed();
}

/** Looked up once: a search does this millions of times, and under jest a global is looked up slowly. */
const valuesOf: (value: object) => readonly unknown[] = Object.values;

/** The same text for the same state. Members are written in the order in which the state has them. */
export function keyOf(value: unknown): string {
  if (typeof value === 'object' && value !== null) {
    let text = '(';
    for (const each of valuesOf(value)) text += `${keyOf(each)},`;
    return `${text})`;
  }
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? `${value}` : typeof value;
}
