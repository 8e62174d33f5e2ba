import { TokenError } from '../errors/errors.ts';
import { type Moment, momentOf } from '../session/freshness.ts';
import { isExpired } from '../session/generation.ts';
import type { Sight } from '../shared/record.ts';
import type { ActiveRecord } from '../session/store.ts';
import type { TokenReading } from '../tokens/read-token-set.ts';
import type { TokenSet } from '../tokens/tokens.ts';
import type { FlightEnd, FlightPort } from './flight.ts';
import type { Pause } from '../time/pause.ts';

/** Ms that the lock is held while a store that cannot be written is tried again. */
const HOLD_FOR_STORE = 30_000;

/** An answer of the token endpoint, and the flight that it belongs to. */
export interface Commit {
  readonly reading: TokenReading;
  /** The generation that was redeemed; `undefined`: tokens were acquired from nothing. */
  readonly base: ActiveRecord | undefined;
  /** When the call began. */
  readonly started: Moment;
  /** What the store held when the call began, if no other may have written since without our noticing. */
  readonly known: Sight | undefined;
  readonly duration: () => number;
  readonly lockWait: number;
  readonly over: () => FlightEnd | undefined;
  readonly land: (end: FlightEnd) => void;
  readonly pause: Pause;
}

/** F7 and F8. Stores what an answer brought, whatever else is wrong with it, then shows it. */
export async function commitAnswer(port: FlightPort, commit: Commit): Promise<FlightEnd> {
  const { base } = commit;
  const { tokens, problem } = commit.reading;
  const bad = (what: string): FlightEnd => ({
    type: 'failed',
    error: new TokenError('ERR_REFRESH_ANSWER', {
      message: `The refresh's answer is of no use: ${what}`,
    }),
  });

  if (problem === undefined && tokens.accessToken !== undefined) {
    const whole = {
      ...base?.tokens,
      ...kept(base?.tokens, tokens),
      accessToken: tokens.accessToken,
    };
    return store(port, commit, whole, () =>
      port.state.held !== undefined && isExpired(port.state.held, momentOf(port.clock))
        ? bad('the access token has already expired')
        : { type: 'current' },
    );
  }
  // The server rotated although its answer is bad: the new refresh token is all that is left of the session.
  const rotated =
    base !== undefined &&
    tokens.refreshToken !== undefined &&
    tokens.refreshToken !== base.tokens.refreshToken;
  const end = bad(problem ?? 'accessToken is missing');
  if (base !== undefined && !rotated) port.doubt(base); // the server may have rotated, and this does not tell
  return rotated
    ? store(
        port,
        commit,
        { ...base.tokens, refreshToken: tokens.refreshToken, expiresAt: 0 },
        () => end,
      )
    : end;
}

/** What an answer leaves out is kept; the expiry is not, since it belongs to the old token. */
function kept(before: TokenSet | undefined, answer: Partial<TokenSet>): Partial<TokenSet> {
  return {
    ...answer,
    expiresAt: answer.expiresAt,
    ...(before?.extra !== undefined &&
      answer.extra !== undefined && { extra: { ...before.extra, ...answer.extra } }),
  };
}

/** `end`: how the flight ends, asked once memory holds the tokens. */
async function store(
  port: FlightPort,
  commit: Commit,
  tokens: TokenSet,
  end: () => FlightEnd,
): Promise<FlightEnd> {
  const { state, cell } = port;
  const { base, started } = commit;
  const record: ActiveRecord = {
    v: 1,
    session: base?.session ?? port.newSession(),
    gen: (base?.gen ?? -1) + 1,
    status: 'active',
    tokens: plain(tokens),
    issuedAt: started.now,
  };
  const isOurs = (): boolean =>
    base === undefined
      ? state.phase === 'empty'
      : state.held?.record.session === base.session && state.held.record.gen <= base.gen;

  /** Given up: of a session that was signed out nobody will ever use the tokens, so the server should forget them. */
  const discard = (): FlightEnd => {
    if (state.phase === 'signedOut') port.revoke(tokens);
    return commit.over() ?? { type: 'left' };
  };
  const show = (stored: boolean): FlightEnd => {
    state.commit(record, stored, 'refresh', started);
    state.emit(
      {
        type: 'refreshed',
        by: 'self',
        duration: commit.duration(),
        lockWait: commit.lockWait,
        expiresAt: tokens.expiresAt,
      },
      tokens.accessToken,
    );
    return end();
  };
  const write = () =>
    cell.update((sight) => {
      if (!isOurs()) return undefined;
      if (base === undefined) return sight.record === undefined ? record : undefined;
      const relation = state.relate(sight);
      return relation === 'same' || relation === 'older' ? record : undefined;
    }, commit.known);

  if (!isOurs()) return discard(); // what was known before the call is no news any more, and must not be taken for any
  try {
    const result = await write();
    if ('written' in result) return isOurs() ? show(true) : discard();
    state.take(result.kept, 'peer');
    return isOurs() ? end() : discard();
  } catch (error) {
    if (!isOurs()) return discard();
    // Redeemed but not stored: memory is ahead of the store until it can be written.
    const shown = show(false);
    state.emit(
      {
        type: 'warning',
        code: 'NOT_DURABLE',
        message: 'New tokens could not be stored yet; they are kept in memory',
        error: error as TokenError,
      },
      tokens.accessToken,
    );
    commit.land(shown);
    await untilStored(port, commit, record);
    return shown;
  }
}

/** Tries again under the lock for a while, so that nobody else redeems the old refresh token meanwhile. */
async function untilStored(
  port: FlightPort,
  { pause }: Commit,
  record: ActiveRecord,
): Promise<void> {
  const { state, cell, clock } = port;
  const until = clock.monotonic() + HOLD_FOR_STORE;
  for (
    let delay = 500;
    clock.monotonic() < until && state.held?.record === record && !port.closed();
    delay = Math.min(5000, delay * 2)
  ) {
    await pause.for(delay);
    try {
      const result = await cell.update((sight) =>
        state.held?.record === record && state.relate(sight) === 'older' ? record : undefined,
      );
      if ('written' in result) state.stored = true;
      else state.take(result.kept, 'peer');
      return;
    } catch (error) {
      if ((error as TokenError).code === 'ERR_STORE_RECORD') return; // what is there now is not ours to replace; the next flight says so
    }
  }
}

/** Without members that are `undefined`: the record is JSON. */
const plain = (tokens: TokenSet): TokenSet =>
  Object.fromEntries(
    Object.entries(tokens).filter(([, value]) => value !== undefined),
  ) as unknown as TokenSet;
