import type { ServiceEvent } from '../create-service.ts';
import type { StoreCall } from './watched-database.ts';

/** What can be told of the sessions of this process at the moment. */
export interface Flights {
  heard(event: ServiceEvent): void;
  called(call: StoreCall): void;
  /** The generation that the row of a session holds, where it is being refreshed here. */
  generationOf(key: string): number | undefined;
  /** The refreshes that are under way here. */
  underWay(): readonly Flight[];
  /** Sessions whose newest tokens are only in the memory of this process. */
  readonly notDurable: number;
}

export interface Flight {
  readonly key: string;
  readonly provider: string;
  readonly reason: string;
  /** Ms since the epoch. */
  readonly since: number;
  readonly generation: number | undefined;
}

/** Follows each refresh from its start to its end, and each session that could not be stored until it was. */
export function createFlights(): Flights {
  const flights = new Map<string, Flight>();
  const owed = new Set<string>();
  return {
    heard(event) {
      if (event.type === 'refreshStarted')
        flights.set(event.name, {
          ...{ key: event.name, provider: event.provider ?? 'unknown', reason: event.reason },
          ...{ since: event.at, generation: undefined },
        });
      if (event.type === 'refreshEnded') flights.delete(event.name);
      if (event.type === 'warning' && event.code === 'NOT_DURABLE') owed.add(event.name);
      if (event.type === 'warning' && event.code === 'LOST') owed.delete(event.name);
    },
    called({ key, operation, generation }) {
      if (generation === undefined) return;
      if (operation === 'write') owed.delete(key);
      const flight = flights.get(key);
      if (flight !== undefined) flights.set(key, { ...flight, generation });
    },
    generationOf: (key) => flights.get(key)?.generation,
    underWay: () => [...flights.values()],
    get notDurable() {
      return owed.size;
    },
  };
}
