import { TokenError } from '../errors/errors.ts';
import { type Moment, momentOf } from '../session/freshness.ts';
import { isExpired } from '../session/generation.ts';
import { placementOf } from '../session/placement.ts';
import type { ActiveRecord } from '../session/store.ts';
import { type Birth, plain } from '../session/succession.ts';
import type { TokenReading } from '../tokens/read-token-set.ts';
import { compareSubjects } from '../tokens/subject.ts';
import type { TokenSet } from '../tokens/tokens.ts';
import {
  failed,
  type FlightCore,
  type FlightEnd,
  type Placing,
  type SharedFlight,
} from './flight-types.ts';

/** F7 and F8. Keeps what an answer brought, whatever else is wrong with it, then shows it. */
export async function commitAnswer(
  core: FlightCore,
  shared: SharedFlight | undefined,
  reading: TokenReading,
  base: ActiveRecord | undefined,
  started: Moment,
): Promise<FlightEnd> {
  const { state, clock } = core.context;
  const { tokens, problem } = reading;
  if (reading.warning !== undefined) warn(core, 'CONFIGURATION', reading.warning);

  const cookie = tokens.tokenType?.toLowerCase() === 'cookie' && core.context.accept === undefined;
  if (cookie) return useless('the token type "cookie" is for cookieSession()');
  if (problem === undefined && tokens.accessToken !== undefined) {
    const whole = completed(core, base, { ...tokens, accessToken: tokens.accessToken });
    return place(core, shared, lenient(core, whole, reading), base, started, () => {
      const { current } = state;
      return current !== undefined && isExpired(current, momentOf(clock))
        ? useless('the access token has already expired')
        : { type: 'current', by: 'self' };
    });
  }
  // The server rotated although its answer is bad: the new refresh token is all that is left of the session.
  const end = useless(problem ?? 'accessToken is missing');
  const { refreshToken } = tokens;
  if (base === undefined) return end;
  if (refreshToken === undefined || refreshToken === base.tokens.refreshToken) {
    core.doubt(base); // the server may have rotated, and this does not tell
    return end;
  }
  return place(
    core,
    shared,
    { ...base.tokens, refreshToken, expiresAt: 0 },
    base,
    started,
    () => end,
  );
}

const useless = (what: string): FlightEnd =>
  failed(
    new TokenError('ERR_REFRESH_ANSWER', {
      message: `The refresh's answer is of no use: ${what}`,
    }),
  );

/**
 * What an answer leaves out is kept; the expiry is not, since it belongs to the old token. Nor is anything that was said of
 * somebody else.
 */
function completed(core: FlightCore, base: ActiveRecord | undefined, answer: TokenSet): TokenSet {
  if (base === undefined) return answer;
  const { tokens: before, subject } = base;
  const whole = {
    ...before,
    ...answer,
    expiresAt: answer.expiresAt,
    ...(before.extra && answer.extra && { extra: { ...before.extra, ...answer.extra } }),
  };
  return compareSubjects(subject, core.context.subjectOf(whole)) === 'other'
    ? { refreshToken: before.refreshToken, ...answer }
    : whole;
}

/**
 * Rule R9: a token that has expired on arrival by an absolute time alone says that our clock is wrong. It is used until
 * the API refuses it.
 */
function lenient(core: FlightCore, tokens: TokenSet, { absoluteOnly }: TokenReading): TokenSet {
  const { clock } = core.context;
  if (absoluteOnly !== true || tokens.expiresAt === undefined || tokens.expiresAt > clock.now())
    return tokens;
  warn(
    core,
    'CLOCK',
    'A new token had expired on arrival: is the clock of this machine ahead? It is used until the API refuses it',
  );
  return { ...tokens, expiresAt: undefined };
}

function warn(core: FlightCore, code: 'CLOCK' | 'CONFIGURATION', message: string): void {
  core.context.state.emit({ type: 'warning', code, message, error: undefined });
}

/** Places the tokens where they belong: in the store where there is one, else in memory. */
async function place(
  core: FlightCore,
  shared: SharedFlight | undefined,
  answered: TokenSet,
  base: ActiveRecord | undefined,
  started: Moment,
  shown: () => FlightEnd,
): Promise<FlightEnd> {
  const { context, after } = core;
  const { state, clock } = context;
  const tokens = plain(answered);
  const birth: Birth = {
    session: context.newId(),
    now: clock.now(),
    issuedAt: started.now,
    subject: context.subjectOf(tokens),
    after,
  };
  const placing: Placing = {
    base,
    tokens,
    started,
    birth,
    shown,
    place: (found) => placementOf(found, base, tokens, birth),
  };
  if (shared !== undefined) return shared.store(placing);

  const placement = placing.place(state.record);
  if ('write' in placement) {
    state.adopt(placement.write, { by: 'self', origin: 'refresh', learned: started });
    return base !== undefined && placement.write.session !== base.session
      ? { type: 'left' }
      : shown();
  }
  return keptBack(core, tokens, placement.keep);
}

/** How a flight ends whose answer has no place. */
export function keptBack(
  core: FlightCore,
  tokens: TokenSet,
  keep: 'announced' | 'adopted' | 'over' | 'gone',
): FlightEnd {
  const { state, revoker } = core.context;
  // Signed out: nobody will ever use these tokens, so the server should forget them. After another sign-in they may be of
  // the same grant as its tokens.
  if (keep === 'over' && state.current === undefined) revoker.revoke(tokens);
  if (keep === 'announced') return { type: 'announced' };
  return core.over() ?? (keep === 'adopted' ? { type: 'current', by: 'peer' } : { type: 'left' });
}
