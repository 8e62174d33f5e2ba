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
  | { readonly do: 'storeBack'; readonly pick: number }
  | Disaster;

/** What happens to all at once, or takes its time. Plays in disasters.ts. */
export type Disaster =
  /** The store answers nobody for a while. */
  | { readonly do: 'outage'; readonly ms: number }
  /** The record is gone for a while, and then back, as when an editor saves. */
  | { readonly do: 'away'; readonly ms: number }
  /** The store goes back while nothing is under way, and all who listen to it have time to look. */
  | { readonly do: 'restore'; readonly pick: number }
  /** A library says again what tokens it has: the newest, or older ones. */
  | { readonly do: 'announce'; readonly by: number; readonly pick: number }
  /** A process comes to its end, and goes as soon as nothing keeps it alive. `failing`: its next answer cannot be stored at first. */
  | { readonly do: 'end'; readonly by: number; readonly failing: boolean }
  /** Processes that live for 5 s, one after the other, each of which wants a token. */
  | { readonly do: 'shortLived'; readonly by: number; readonly lives: number };
