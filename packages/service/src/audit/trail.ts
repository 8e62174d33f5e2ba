import type { SessionRecord } from 'unexpired';
import type { ChangeRow, Ended } from './rows.ts';

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
