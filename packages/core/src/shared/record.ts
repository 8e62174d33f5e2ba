import { TokenError } from '../errors/errors.ts';
import { fingerprint } from '../tokens/fingerprint.ts';
import type { SessionRecord, StoredValue } from '../session/store.ts';
import type { TokenSet } from '../tokens/tokens.ts';
import { readTokenSet } from '../tokens/read-token-set.ts';

/** What a store was seen to hold. */
export interface Sight {
  /** `undefined`: nothing there. */
  readonly record: SessionRecord | undefined;
  /** To be expected by the next write; `undefined`: nothing there. */
  readonly version: string | undefined;
}

/**
 * Reads what a store holds. A bare token set that another program wrote is a new session, whose id every reader
 * derives alike. Throws ERR_STORE_RECORD for anything else, without quoting it.
 */
export function readStored(stored: StoredValue | undefined, store: string, now: number): Sight {
  if (stored?.value == null) return { record: undefined, version: stored?.version };
  const { value, version } = stored;
  if (isRecord(value)) return { record: value, version };
  const versioned = typeof value === 'object' && 'v' in value;
  const { tokens, problem } = readTokenSet(value, now, 'stored');
  if (!versioned && problem === undefined && tokens.accessToken !== undefined) {
    const session = `imported-${fingerprint(tokens.refreshToken ?? tokens.accessToken)}`;
    return {
      record: {
        v: 1,
        session,
        gen: 0,
        status: 'active',
        tokens: { ...tokens, accessToken: tokens.accessToken },
        issuedAt: now,
      },
      version,
    };
  }
  const found =
    versioned && value.v !== 1
      ? 'a record of another format version'
      : 'something that is not a session record';
  throw new TokenError('ERR_STORE_RECORD', {
    message: `Store "${store}" holds ${found}; it was left as it is`,
  });
}

export function isRecord(value: unknown): value is SessionRecord {
  if (typeof value !== 'object' || value === null) return false;
  const { v, session, gen, status, tokens, issuedAt } = value as Record<string, unknown>;
  return (
    v === 1 &&
    typeof session === 'string' &&
    Number.isSafeInteger(gen) &&
    typeof issuedAt === 'number' &&
    (status === 'signedOut' ||
      (status === 'active' &&
        (tokens as Partial<TokenSet> | null | undefined)?.accessToken !== undefined && // as we write it, not as a server sends it
        readTokenSet(tokens, issuedAt, 'given').problem === undefined))
  );
}
