import type { SessionRecord } from 'unexpired';
import type { ChangeRow } from './rows.ts';

/** How a change that was begun has ended. */
export interface Ended {
  readonly requestId: string;
  readonly outcome: string;
}

/** What is written beside a record, in the same transaction. */
export interface Traced {
  readonly row?: ChangeRow | undefined;
  /** Of a row that is there. */
  readonly ended?: Ended | undefined;
  /** It was written. */
  written(): void;
}

/** What the audit trail wants to have beside the writes of a session. */
export interface Trail {
  /** `undefined`: nothing. */
  beside(record: SessionRecord): Traced | undefined;
}
