import { checkNames, nameOf } from 'unexpired/adapter';

/** What is kept of who did what. Changes always are: deposits, sign-outs, and rotations that a rejection brings about. */
export interface AuditOptions {
  /** Days after which a row is deleted. Default 90. */
  readonly keepDays?: number | undefined;
  /**
   * Also counts calls that change nothing: a row for each API key, operation, session key, generation, outcome and address, a
   * minute. Default `true`. `false`: of these only what was denied or failed.
   */
  readonly reads?: boolean | undefined;
}

/** A day in ms. */
const DAY = 86_400_000;
/** Days: more than anybody keeps, and still a moment. */
export const LONGEST = 36_500;

/** Throws a `TypeError` for an option that cannot be right. */
export function checkAuditOptions(options: AuditOptions = {}): {
  readonly keep: number;
  readonly reads: boolean;
} {
  const where = 'createService: audit';
  checkNames(where, options, ['keepDays', 'reads']);
  const { keepDays = 90, reads = true } = options;
  if (typeof keepDays !== 'number' || !(keepDays >= 1 && keepDays <= LONGEST))
    throw new TypeError(
      `${where}: keepDays: expected a number of days from 1 to ${LONGEST}, got ${nameOf(keepDays)}`,
    );
  if (typeof reads !== 'boolean')
    throw new TypeError(`${where}: reads: expected true or false, got ${nameOf(reads)}`);
  return { keep: keepDays * DAY, reads };
}
