import type { KnownKey } from './api-keys.ts';
import type { About, Operation } from './audit/call.ts';
import type { Change } from './audit/change.ts';

/** What stands beside each request. */
export interface Env {
  readonly Variables: {
    requestId: string;
    /** Whose credentials these are. */
    caller: KnownKey;
    /** For the audit trail: what is done, once that is known; to what; and what came of it, where that is neither `done` nor an error. */
    operation?: Operation;
    subject: string;
    about?: About;
    outcome?: string;
    change?: Change;
  };
  readonly Bindings: {
    /** The address that the server gives for the request, if it gives one. */
    readonly address?: string | undefined;
  };
}
