import {
  type SessionRecord,
  type StoredValue,
  TokenError,
  type TokenSet,
  type TokenStore,
} from 'unexpired';
import { type Kept, keptOf } from './providers.ts';

/** How a session stands. */
export type State = 'active' | 'ended' | 'signed_out';

/** What the database says of a session. */
export interface Row {
  readonly session: string;
  readonly generation: number;
  /** Ms since the epoch. */
  readonly issuedAt: number;
  readonly state: State;
  /** Somebody has announced that its refresh token is being redeemed, and nobody has said how that ended. */
  readonly isAnnounced: boolean;
  /** Of an active or ended session: its tokens, when they expire (ms since the epoch), and what is kept beside them. */
  readonly tokens?: TokenSet;
  readonly expiresAt?: number | undefined;
  readonly kept?: Kept;
  /** As it was read. */
  readonly stored?: StoredValue | undefined;
}

/** A row whose tokens there are. */
export type LiveRow = Row & Required<Pick<Row, 'tokens' | 'kept'>>;

/** Ms before its expiry from which a token is due, as the core has it: at most a tenth of the lifetime. */
const SKEW = 30_000;

/** Reads the row of a session; `undefined`: there is none. Rejects with a `TokenError` for one that cannot be read. */
export async function readRow(store: TokenStore): Promise<Row | undefined> {
  const stored = await store.read();
  if (stored === undefined) return undefined;
  if (stored.unreadable !== undefined) throw stored.unreadable;
  const row = rowOf(stored.value, store.name);
  return row && { ...row, stored };
}

/** A record as a row. What was not written through the service has no provider, and is none. */
export function rowOf(value: unknown, name: string): Row | undefined {
  const record = (typeof value === 'object' ? (value ?? {}) : {}) as Partial<SessionRecord>;
  const { v, session, gen, issuedAt, status, tokens, dead, turn, intent } = record;
  if (v !== 1 || session === undefined || gen === undefined || issuedAt === undefined)
    throw foreign(name);
  if (turn === 0) return undefined; // nobody has been signed in yet
  const isAnnounced = intent !== undefined && intent.gen === gen && intent.over !== true;
  const base = { session, generation: gen, issuedAt, isAnnounced };
  if (status !== 'active') return { ...base, state: 'signed_out' };
  const kept = tokens && keptOf(tokens);
  if (tokens === undefined || kept === undefined) throw foreign(name);
  const { expiresAt } = tokens;
  return { ...base, state: dead?.gen === gen ? 'ended' : 'active', tokens, expiresAt, kept };
}

const foreign = (name: string): TokenError =>
  new TokenError('ERR_STORE_RECORD', {
    message: `The row "${name}" was not written by this service; a deposit replaces it`,
  });

/** Has it tokens? Else nobody is signed in, or there is none. */
export const isLive = (row: Row | undefined): row is LiveRow => row?.tokens !== undefined;

/** From when to when a token is good, in ms since the epoch; it may not expire. */
export type Life = Pick<Row, 'issuedAt' | 'expiresAt'>;

/** May a token be handed out as it is? `validFor`: ms for which it has to be good, at most half of its lifetime. */
export function isFresh(
  { issuedAt, expiresAt = Infinity }: Life,
  now: number,
  validFor = 0,
): boolean {
  const lifetime = expiresAt - issuedAt;
  return (
    expiresAt - now > Math.max(Math.min(SKEW, lifetime / 10), Math.min(validFor, lifetime / 2))
  );
}

export const isValid = ({ expiresAt = Infinity }: Life, now: number): boolean => expiresAt > now;

/** An entity tag (RFC 9110 section 8.8.3): another one with each generation. */
export const tagOf = ({ session, generation }: Pick<Row, 'session' | 'generation'>): string =>
  `"${session}.${generation}"`;

/** Is it one of those in an `If-Match`? Strong comparison (RFC 9110 section 13.1.1). */
export const hasTag = (row: LiveRow, ifMatch: string): boolean =>
  ifMatch.split(',').some((one) => [tagOf(row), '*'].includes(one.trim()));
