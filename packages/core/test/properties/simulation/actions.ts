import type { Fault } from './faults.ts';

/**
 * One step of a schedule. Numbers called `pick` choose among what there is at that time, modulo its count, so that
 * every schedule can be played, and a shorter one too.
 */
export type Action =
  /** `twin`: one that may be abandoned, and of which nobody else may notice anything. */
  | { readonly do: 'get'; readonly by: number; readonly validFor: number; readonly twin?: true }
  /** Every manager is asked for a token. */
  | { readonly do: 'everybody' }
  | { readonly do: 'renew'; readonly by: number }
  /** Says that a token was refused: the one held, an older one, another session's, or one that is not ours. */
  | { readonly do: 'refuse'; readonly by: number; readonly pick: number }
  /** Through the adapter: signs, sends, and sends again if the API refuses. `hostile`: the API refuses whatever comes. */
  | {
      readonly do: 'request';
      readonly by: number;
      readonly hostile: boolean;
      readonly body: 'text' | 'stream';
      readonly foreign: boolean;
    }
  /** Sends to an API that refuses whatever comes, again and again, while everything else answers at once. */
  | { readonly do: 'insist'; readonly by: number; readonly times: number; readonly every: number }
  | { readonly do: 'abort'; readonly pick: number }
  | { readonly do: 'abandon'; readonly pick: number }
  | { readonly do: 'signIn'; readonly by: number }
  | { readonly do: 'signOut'; readonly by: number }
  /** Closes a manager and opens another in its place. */
  | { readonly do: 'reopen'; readonly by: number }
  /** Opens gates: one that is picked, or the oldest ones. */
  | { readonly do: 'step'; readonly pick: number }
  | { readonly do: 'run'; readonly steps: number }
  | { readonly do: 'advance'; readonly ms: number }
  | { readonly do: 'jump'; readonly by: number; readonly ms: number }
  | { readonly do: 'notify'; readonly by: number }
  /** The fault strikes at one of the gates where it can. */
  | { readonly do: 'strike'; readonly pick: number; readonly fault: Fault }
  | { readonly do: 'crash'; readonly by: number; readonly arrives: boolean }
  | { readonly do: 'loseLease' }
  | { readonly do: 'storeBack'; readonly pick: number };
