import type { KnownKey } from './api-keys.ts';

/** What stands beside each request. */
export interface Env {
  readonly Variables: {
    requestId: string;
    /** Whose credentials these are. */
    caller: KnownKey;
  };
  readonly Bindings: {
    /** The address that the server gives for the request, if it gives one. */
    readonly address?: string | undefined;
  };
}
