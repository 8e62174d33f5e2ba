import type { Clock, TokenEvent } from 'unexpired';
import type { Trail } from './audit/trail.ts';
import type { InHand } from './data/in-hand.ts';
import type { StoreOf } from './data/store-of.ts';
import type { Gate } from './pace/gate.ts';
import type { Provider } from './providers.ts';

/** What the sessions are made of. */
export interface SessionParts {
  readonly store: StoreOf;
  readonly inHand: InHand;
  /** What the audit trail has beside the refreshes of a session. */
  readonly trailOf: (key: string) => Trail;
  readonly providers: ReadonlyMap<string, Provider>;
  readonly clock: Clock;
  /** Of the session with this key; `provider`: by its name, where that is known. */
  readonly emit: (event: TokenEvent, provider: string | undefined) => void;
  /** What each call of a token endpoint goes through. */
  readonly gate: Pick<Gate, 'run' | 'obstacle'>;
}
