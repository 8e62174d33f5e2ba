import { fingerprint } from '../tokens/fingerprint.ts';
import { compareSubjects } from '../tokens/subject.ts';
import type { TokenSet } from '../tokens/tokens.ts';
import { type ActiveRecord, isActive, type SessionRecord } from './store.ts';
import { type Birth, expiresLater, firstGeneration, nextGeneration } from './succession.ts';

/**
 * Where the answer to a redemption belongs, when it arrives:
 *
 * - `write`: this record takes the place of what is there
 * - `announced`: the same tokens were announced before they came, and are there
 * - `adopted`: what is there is newer
 * - `over`: the session was signed out or replaced, and nobody will use these tokens
 * - `gone`: there is no record any more
 */
export type Placement =
  | { readonly write: ActiveRecord }
  | { readonly keep: 'announced' | 'adopted' | 'over' | 'gone' };

/**
 * A settled answer belongs to the session that has the redeemed refresh token now (rule R5). `tokens`: what the answer brought,
 * completed from `base`; `base`: the generation that was redeemed, `undefined`: tokens came from nothing.
 */
export function placementOf(
  record: SessionRecord | undefined,
  base: ActiveRecord | undefined,
  tokens: TokenSet,
  birth: Birth,
): Placement {
  const active = isActive(record) ? record : undefined;
  if (base === undefined) {
    const free = record === undefined || record.turn === 0 || isSame(record, birth.after);
    if (free) return { write: firstGeneration(tokens, birth, record) };
    return { keep: active === undefined ? 'over' : 'adopted' };
  }
  if (record === undefined) return { keep: 'gone' };
  const redeemed = base.tokens.refreshToken;
  if (active?.session === base.session && active.gen <= base.gen)
    return { write: successor(active, tokens, birth) };
  if (
    active !== undefined &&
    redeemed !== undefined &&
    active.tokens.refreshToken === redeemed &&
    active.session !== base.session
  )
    // `again` has made another session of the refresh token that was redeemed.
    return expiresLater(tokens, active.tokens) === false
      ? { keep: 'adopted' }
      : { write: successor(active, tokens, birth) };
  if (active !== undefined && holds(active, tokens)) return { keep: 'announced' };
  if (active?.session === base.session) return { keep: 'adopted' };
  // Announced, and replaced since: those tokens are a sign-in's, and not ours to revoke.
  const token = tokens.refreshToken;
  if (
    active !== undefined &&
    token !== undefined &&
    token !== redeemed &&
    active.past?.includes(fingerprint(token))
  )
    return { keep: 'adopted' };
  return { keep: 'over' };
}

const isSame = (record: SessionRecord, other: SessionRecord | undefined): boolean =>
  record.session === other?.session && record.turn === other.turn && record.status === other.status;

/** Another subject is another session (rule R7). */
const successor = (record: ActiveRecord, tokens: TokenSet, birth: Birth): ActiveRecord =>
  compareSubjects(record.subject, birth.subject) === 'other'
    ? firstGeneration(tokens, birth, record)
    : nextGeneration(record, tokens, birth.issuedAt, birth.subject);

function holds(record: ActiveRecord, { accessToken, refreshToken }: TokenSet): boolean {
  if (refreshToken === undefined) return record.tokens.accessToken === accessToken;
  return (
    record.tokens.refreshToken === refreshToken ||
    record.spent?.includes(fingerprint(refreshToken)) === true
  );
}
