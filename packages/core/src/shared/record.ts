import { TokenError } from '../errors/errors.ts';
import type { Intent, SessionRecord, StoredValue } from '../session/store.ts';
import { fingerprint } from '../tokens/fingerprint.ts';
import { readTokenSet } from '../tokens/read-token-set.ts';
import type { TokenSet } from '../tokens/tokens.ts';

/** What a store was seen to hold. */
export interface StoredState {
  /** `undefined`: nobody has ever been signed in there. */
  readonly record: SessionRecord | undefined;
  /** To be expected by the next write; `undefined`: nothing there. */
  readonly version: string | undefined;
  /** The intent of somebody who looks for a session where there is none. */
  readonly intent?: Intent | undefined;
  /** A bare token set that another program left there. */
  readonly imported?: true;
  /** Why what is there cannot be read. Only an explicit sign-in or sign-out may replace it. */
  readonly unreadable?: TokenError;
}

/** Nobody knows when another program signed in: a sign-in after having seen that has a later turn. */
const FOREIGN_TURN = 1;

/**
 * Reads what a store holds. A bare token set that another program wrote is a session, whose id every reader derives
 * alike. Anything else is `unreadable`, and is not quoted. Throws ERR_STORE_RECORD for a record of another format
 * version, which is somebody's, and never replaced.
 */
export function readStored(
  stored: StoredValue | null | undefined,
  store: string,
  now: number,
): StoredState {
  const version = stored?.version;
  if (stored?.unreadable !== undefined)
    return { record: undefined, version, unreadable: stored.unreadable };
  if (stored?.value == null) return { record: undefined, version };
  const { value } = stored;
  if (isRecord(value))
    return value.turn === 0
      ? { record: undefined, version, intent: value.intent }
      : { record: value, version };
  const versioned = typeof value === 'object' && 'v' in value;
  if (versioned && value.v !== 1) throw strange(store, 'a record of another format version');
  if (versioned)
    return {
      record: undefined,
      version,
      unreadable: strange(store, 'a session record that is damaged', REPLACED),
    };
  const { tokens, problem } = readTokenSet(value, now, 'stored');
  if (problem !== undefined || tokens.accessToken === undefined)
    return {
      record: undefined,
      version,
      unreadable: strange(store, 'something that is not a session record', REPLACED),
    };
  const whole: TokenSet = { ...tokens, accessToken: tokens.accessToken };
  const session = `imported-${fingerprint(tokens.refreshToken ?? tokens.accessToken)}`;
  const record = {
    v: 1,
    session,
    gen: 0,
    status: 'active',
    tokens: whole,
    issuedAt: now,
    turn: FOREIGN_TURN,
  } as const;
  return { record, version, imported: true };
}

const strange = (store: string, what: string, then = ''): TokenError =>
  new TokenError('ERR_STORE_RECORD', {
    message: `Store "${store}" holds ${what}; it was left as it is${then}`,
  });

/** For what may be replaced. */
const REPLACED = '. setSession() and signOut() replace it';

export function isRecord(value: unknown): value is SessionRecord {
  if (typeof value !== 'object' || value === null) return false;
  const { v, session, gen, status, tokens, issuedAt, turn } = value as Record<string, unknown>;
  return (
    v === 1 &&
    typeof session === 'string' &&
    Number.isSafeInteger(gen) &&
    typeof issuedAt === 'number' &&
    typeof turn === 'number' &&
    (status === 'signedOut' ||
      (status === 'active' &&
        (tokens as Partial<TokenSet> | null | undefined)?.accessToken !== undefined && // as we write it, not as a server sends it
        readTokenSet(tokens, issuedAt, 'given').problem === undefined))
  );
}
