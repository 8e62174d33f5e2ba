import { tokenErrorOf } from 'unexpired/adapter';

/** Tells that the service gives no newer token, where the one that is here hides it. */
export interface Complaint {
  /** For each kind of failure once. */
  tell(error: unknown): void;
  /** The service has answered: what comes after that is told again. */
  over(): void;
}

export function createComplaint(emit: (event: object) => void): Complaint {
  const told = new Set<string>();
  return {
    over: () => told.clear(),
    tell(thrown) {
      const error = tokenErrorOf(thrown);
      const code = error?.action === 'retry' ? 'STORE_UNAVAILABLE' : 'CONFIGURATION';
      if (told.has(code)) return;
      told.add(code);
      // What else is thrown comes from the source of the credentials, and may quote them.
      const why = error?.message ?? 'There are no credentials for the token service';
      const message = `${why}. The token that is here is used while it is valid`;
      emit({ type: 'warning', code, message, error });
    },
  };
}
