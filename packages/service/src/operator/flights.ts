import type { ServiceEvent } from '../create-service.ts';
import type { StoreCall } from './watched-database.ts';

/** What can be told of the sessions of this process at the moment. */
export interface Flights {
  heard(event: ServiceEvent): void;
  called(call: StoreCall): void;
  /** The generation that the row of a session holds, where it is being refreshed here. */
  generationOf(key: string): number | undefined;
  /** Sessions whose newest tokens are only in the memory of this process. */
  readonly notDurable: number;
}

/** Follows each refresh from its start to its end, and each session that could not be stored until it was. */
export function createFlights(): Flights {
  const generations = new Map<string, number | undefined>();
  const owed = new Set<string>();
  return {
    heard(event) {
      if (event.type === 'refreshStarted') generations.set(event.name, undefined);
      if (event.type === 'refreshEnded') generations.delete(event.name);
      if (event.type === 'warning' && event.code === 'NOT_DURABLE') owed.add(event.name);
      if (event.type === 'warning' && event.code === 'LOST') owed.delete(event.name);
    },
    called({ key, operation, generation }) {
      if (generation === undefined) return;
      if (operation === 'write') owed.delete(key);
      if (generations.has(key)) generations.set(key, generation);
    },
    generationOf: (key) => generations.get(key),
    get notDurable() {
      return owed.size;
    },
  };
}
