import {
  type Clock,
  type IssuedToken,
  TokenError,
  tokenErrorOf,
  type TokenManager,
} from 'unexpired';
import type { Claim } from '../data/claims.ts';
import type { Managers } from '../managers.ts';
import { isLive, type Row } from '../row.ts';
import type { Outcome } from './outcome.ts';

/** Ms that a refresh ahead of demand is waited for. It goes on after that, and its slot is free. */
const PATIENCE = 10_000;
/** Part of the lifetime for which the token has to be good: at 60 % of it, it is not. */
const WANTED = 0.5;

export interface AttemptParts {
  readonly look: (key: string) => Promise<Row | undefined>;
  readonly managers: Managers;
  readonly clock: Clock;
}

/** Refreshes a session that was claimed, unless another replica has done so. Never rejects. */
export async function attempt(
  { look, managers, clock }: AttemptParts,
  claim: Claim,
): Promise<Outcome> {
  try {
    const row = await look(claim.key);
    if (row === undefined || !isLive(row) || row.state !== 'active' || !isSame(row, claim))
      return { type: 'moved' };
    const lifetime = (row.tokens.expiresAt ?? Infinity) - row.issuedAt;
    const refreshed = renew(managers.of(claim.key, row), claim, lifetime * WANTED).then(
      async ({ outcome, isOwed }) => {
        // There is a manager only while it refreshes, and while it has to remember a failure, or tokens that could not be stored yet.
        if (outcome.type === 'moved' && !isOwed)
          await managers.drop(claim.key, row).catch(() => undefined); // it goes when it is idle
        return outcome;
      },
    );
    // Somebody has announced a redemption: the manager waits for that, and looks on; nobody else has to.
    return row.isAnnounced ? { type: 'parked' } : await withPatience(clock, refreshed);
  } catch (error) {
    return outcomeOf(tokenErrorOf(error));
  }
}

/** Who asks for a token gets one that is still valid where it cannot be refreshed: why is in the event. Never rejects. */
async function renew(
  manager: TokenManager,
  claim: Claim,
  validFor: number,
): Promise<{ readonly outcome: Outcome; readonly isOwed: boolean }> {
  let failure: TokenError | undefined;
  let isOwed = false;
  const stop = manager.subscribe((event) => {
    if (event.type === 'refreshEnded' && 'error' in event) failure = event.error;
    if (event.type === 'warning' && event.code === 'NOT_DURABLE') isOwed = true;
  });
  const ended = (outcome: Outcome) => ({ outcome, isOwed });
  try {
    const token = await manager.getToken({ validFor });
    if (token === undefined || !isSame(token, claim)) return ended({ type: 'moved' });
    return ended(failure === undefined ? { type: 'parked' } : outcomeOf(failure));
  } catch (error) {
    return ended(outcomeOf(tokenErrorOf(error)));
  } finally {
    stop();
  }
}

const withPatience = (clock: Clock, refreshed: Promise<Outcome>): Promise<Outcome> =>
  new Promise((resolve) => {
    const cancel = clock.setTimeout(() => resolve({ type: 'parked' }), PATIENCE, true);
    void refreshed.then((outcome) => {
      cancel();
      resolve(outcome);
    });
  });

const isSame = (
  one: Pick<IssuedToken, 'session' | 'generation'>,
  other: Pick<IssuedToken, 'session' | 'generation'>,
): boolean => one.session === other.session && one.generation === other.generation;

/** `ERR_CLOSED`: another request has dropped the manager, since it knew less than the database. */
const ELSEWHERE = new Set<TokenError['code']>([
  'ERR_WAIT_LIMIT',
  'ERR_CLOSED',
  'ERR_REFRESH_LIMIT',
]);

function outcomeOf(error = new TokenError('ERR_REFRESH_UNAVAILABLE')): Outcome {
  const { code, retryAfter, action } = error;
  if (action === 'signIn') return { type: 'moved' };
  return ELSEWHERE.has(code)
    ? { type: 'parked', retryAfter }
    : { type: 'failed', code, retryAfter };
}
