// What can be said of all states together: from where an end can still be reached, and where it can go on for ever.
import type { Edge, Place } from './explore.ts';

/** The nearest place from which no goal can be reached any more. */
export function cannotReach<S>(
  places: readonly Place<S>[],
  isGoal: (place: Place<S>) => boolean,
): Place<S> | undefined {
  const before = placesBefore(places, () => true);
  const can = new Set(places.filter(isGoal));
  for (const place of can) for (const earlier of before[place.index] ?? []) can.add(earlier);
  return places.find((place) => !can.has(place));
}

export interface Runs<S> {
  /** The nearest place to which the followed steps can lead back, and the shortest such circle. */
  readonly endless: { readonly place: Place<S>; readonly circle: readonly string[] } | undefined;
  /** The most that a run from a place can cost, for places whose runs all end. */
  readonly longest: ReadonlyMap<Place<S>, number>;
}

type Follow<S> = (from: Place<S>, edge: Edge<S>) => boolean;

/**
 * Follows some steps alone. `cost` of a step is counted in the longest run. Places without an onward step are taken away one
 * after the other, so the places that remain at the end lie on a circle, or lead to one.
 */
export function runs<S>(
  places: readonly Place<S>[],
  follow: Follow<S>,
  cost: (edge: Edge<S>) => number = () => 0,
): Runs<S> {
  const before = placesBefore(places, follow);
  const onward = places.map((place) => place.next.filter((edge) => follow(place, edge)).length);
  const ended = places.filter(({ index }) => onward[index] === 0);
  const longest = new Map<Place<S>, number>();
  for (const place of ended) {
    let most = 0;
    for (const edge of place.next) {
      const after = follow(place, edge) ? (longest.get(edge.place) ?? 0) : 0;
      most = Math.max(most, cost(edge) + after);
    }
    longest.set(place, most);
    for (const earlier of before[place.index] ?? []) {
      const left = (onward[earlier.index] ?? 0) - 1;
      onward[earlier.index] = left;
      if (left === 0) ended.push(earlier); // the loop goes on with what is added
    }
  }
  for (const place of places) {
    const circle = longest.has(place) ? undefined : circleFrom(place, follow);
    if (circle !== undefined) return { endless: { place, circle }, longest };
  }
  return { endless: undefined, longest };
}

/** The shortest way from a place back to it. */
function circleFrom<S>(start: Place<S>, follow: Follow<S>): string[] | undefined {
  const ways = new Map<Place<S>, string[]>();
  const places = [start];
  for (const place of places)
    for (const edge of place.next) {
      if (!follow(place, edge) || ways.has(edge.place)) continue;
      const way = [...(ways.get(place) ?? []), edge.name];
      if (edge.place === start) return way;
      ways.set(edge.place, way);
      places.push(edge.place); // the loop goes on with what is added
    }
  return undefined;
}

function placesBefore<S>(places: readonly Place<S>[], follow: Follow<S>): Place<S>[][] {
  const before: Place<S>[][] = places.map(() => []);
  for (const place of places)
    for (const edge of place.next) if (follow(place, edge)) before[edge.place.index]?.push(place);
  return before;
}
