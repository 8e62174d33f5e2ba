import {
  type AcquireFunction,
  type Clock,
  type RefreshFunction,
  TokenError,
  type TokenResponse,
  type TokenSet,
} from 'unexpired';
import { checkAll, fingerprint, type Kind, systemClock, unless } from 'unexpired/adapter';
import { type ExchangePort, exchange, type FaultPlanner } from './exchange.ts';
import { type FaultPlan, orderPlan } from './faults.ts';
import { asFunctionResult } from './function-result.ts';
import {
  createGrants,
  type GrantRules,
  type RefreshTokenStatus,
  type RotationMode,
} from './grants.ts';
import { createLedger, type ServerCounters, type ServerEvent } from './ledger.ts';
import { errorReply, type HttpReply, type Reply, tokenReply } from './reply.ts';

/** Options of {@link simulatedServer}. Durations in ms. */
export interface SimulatedServerOptions {
  /** What it does with refresh tokens. Default is `revokes`, the strict kind: a reused one ends the session. */
  readonly mode?: RotationMode | undefined;
  /** Default is 3_600_000 (1 h). */
  readonly accessTokenLifetime?: number | undefined;
  /** How long `grace` accepts the refresh token before. Default is 10_000 (10 s). */
  readonly graceWindow?: number | undefined;
  /** Does a new access token end the ones before it, as some providers do? Default is `false`. */
  readonly singleAccessToken?: boolean | undefined;
  /** Its clock. A manual clock's jumps do not move the server: it goes by `trueTime()`. Default is the machine's. */
  readonly clock?: (Pick<Clock, 'now' | 'setTimeout'> & { trueTime?(): number }) | undefined;
  /** What goes wrong with a call for which nothing was `plan`ned. */
  readonly faults?: FaultPlanner | undefined;
  /** Starts each of its tokens. Default is `sim`. */
  readonly name?: string | undefined;
}

/** An authorization server and the API behind it, in memory. */
export interface SimulatedServer {
  /** Somebody signs in: what the sign-in would have answered. */
  login(): TokenResponse;
  /** Redeems a refresh token. Rejects as `refreshTokenGrant` of `@unexpired/oauth` would. */
  readonly refresh: RefreshFunction;
  /** Client credentials: an access token from nothing. */
  readonly acquire: AcquireFunction;
  /** RFC 7009. */
  readonly revoke: (tokens: TokenSet) => Promise<void>;

  /** What goes wrong with the calls to come, one plan a call; `undefined` lets one pass. */
  plan(...plans: readonly FaultPlan[]): void;
  /** Plans that no call has used up. */
  readonly planned: number;
  /** Ends a session, as an administrator does. By name, as in `events`. */
  endSession(session: string): void;
  /** Ends all access tokens before their time. */
  endAccessTokens(): void;

  /** Would the API accept this access token now? */
  isLive(accessToken: string): boolean;
  /** What would become of this refresh token now? */
  statusOf(refreshToken: string): RefreshTokenStatus;
  readonly counters: ServerCounters;
  /** What happened, in order. Never a token, only fingerprints. */
  readonly events: readonly ServerEvent[];

  /** One call of the token endpoint, for transports. */
  token(request: TokenRequest, signal?: AbortSignal): Promise<Reply>;
  /** One request of the API, for transports: is the token good? Counted. */
  authorize(accessToken: string | undefined): boolean;
}

/** What a token endpoint reads of a request. */
export interface TokenRequest {
  readonly grantType: string | undefined;
  readonly refreshToken?: string | undefined;
}

/**
 * An authorization server for tests: with each way to treat refresh tokens, each way to fail, and an exact account of
 * what clients did to it. Over HTTP: `serve` of `@unexpired/testing/node`, `handlers` of `@unexpired/testing/msw`, or
 * `simulatedFetch`.
 *
 * @example
 * ```ts
 * import { createTokenManager } from 'unexpired';
 * import { simulatedServer } from '@unexpired/testing';
 *
 * const server = simulatedServer({ mode: 'revokes' });
 * const tokens = createTokenManager({ refresh: server.refresh });
 * await tokens.setSession(server.login());
 *
 * server.plan({ type: 'drop', when: 'after' }); // the next answer gets lost
 * await Promise.allSettled([tokens.refresh(), tokens.refresh()]);
 * server.counters.reuseDetections;              // was the session lost?
 * ```
 *
 * @throws TypeError for an option that cannot be right, or does not exist.
 */
export function simulatedServer(options: SimulatedServerOptions = {}): SimulatedServer {
  checkAll('simulatedServer', options, OPTIONS);
  const clock: NonNullable<SimulatedServerOptions['clock']> = options.clock ?? systemClock;
  const now = (): number => clock.trueTime?.() ?? clock.now();
  const ledger = createLedger(now);
  const grants = createGrants(rulesOf(options, now));
  const plans: FaultPlan[] = [];
  const port: ExchangePort = {
    clock,
    now,
    ledger,
    faultsOf: (call) => (plans.length > 0 ? plans.shift() : options.faults?.(call)),
  };

  const redeem = (refreshToken: string, call: number): HttpReply => {
    const outcome = grants.redeem(refreshToken);
    ledger.count('redemptions');
    const { session } = outcome;
    const about = { call, token: refreshToken, ...(session === undefined ? {} : { session }) };
    switch (outcome.type) {
      case 'rotated':
        ledger.count('rotations');
        ledger.write({ ...about, type: 'rotated', successor: outcome.answer.refresh_token });
        return tokenReply(outcome.answer);
      case 'renewed':
        ledger.write({ ...about, type: 'renewed' });
        return tokenReply(outcome.answer);
      case 'grace':
        ledger.count('graceAnswers');
        ledger.write({ ...about, type: 'grace', successor: outcome.answer.refresh_token });
        return tokenReply(outcome.answer);
      case 'reused':
        ledger.count('reuseDetections');
        ledger.write({ ...about, type: 'reused' });
        if (outcome.revoked) {
          ledger.count('sessionsRevoked');
          ledger.write({ ...about, type: 'sessionEnded', because: 'reuse' });
        }
        return errorReply('invalid_grant');
      case 'revoked':
      case 'unknown':
        ledger.write({ ...about, type: 'refused' });
        return errorReply('invalid_grant');
    }
  };
  const acquire = (call: number): HttpReply => {
    ledger.count('acquisitions');
    ledger.write({ type: 'acquired', call });
    return tokenReply(grants.acquire());
  };

  const token = async (
    { grantType, refreshToken }: TokenRequest,
    signal?: AbortSignal,
  ): Promise<Reply> => {
    if (grantType === 'client_credentials')
      return exchange(port, { grant: grantType, act: acquire }, signal);
    if (grantType !== 'refresh_token') return errorReply('unsupported_grant_type');
    if (refreshToken === undefined || refreshToken === '') return errorReply('invalid_request');
    const act = (call: number): HttpReply => redeem(refreshToken, call);
    return exchange(
      port,
      { grant: grantType, refreshToken, fingerprint: fingerprint(refreshToken), act },
      signal,
    );
  };

  return {
    login() {
      const { session, answer } = grants.login();
      ledger.write({ type: 'signedIn', session, token: answer.refresh_token });
      return answer;
    },
    async refresh({ refreshToken }, { signal }) {
      if (refreshToken === undefined)
        throw new TokenError('ERR_SESSION_ENDED', {
          message: 'There is no refresh token',
          delivery: 'unsent',
        });
      return asFunctionResult(
        await token({ grantType: 'refresh_token', refreshToken }, signal),
        now,
      );
    },
    acquire: async ({ signal }) =>
      asFunctionResult(await token({ grantType: 'client_credentials' }, signal), now),
    async revoke({ accessToken, refreshToken }) {
      const session = grants.revoke(refreshToken ?? accessToken);
      if (session !== undefined)
        ledger.write({ type: 'sessionEnded', because: 'revocation', session, token: refreshToken });
    },
    plan(...more) {
      for (const plan of more) orderPlan(plan); // throws here, where the mistake is, rather than in a call
      plans.push(...more);
    },
    get planned() {
      return plans.length;
    },
    endSession(session) {
      grants.endSession(session);
      ledger.write({ type: 'sessionEnded', because: 'endSession', session });
    },
    endAccessTokens: grants.endAccessTokens,
    isLive: grants.isLive,
    statusOf: grants.statusOf,
    get counters() {
      return ledger.counters;
    },
    events: ledger.events,
    token,
    authorize(accessToken) {
      const good = accessToken !== undefined && grants.isLive(accessToken);
      ledger.count('apiRequests');
      if (!good) ledger.count('apiRefusals');
      return good;
    },
  };
}

const MODES: readonly unknown[] = ['neverRotates', 'grace', 'rejects', 'revokes'];
const isMs: Kind = (value) =>
  unless(typeof value === 'number' && value >= 0, 'ms, zero or more', value);
const isOf =
  (type: string): Kind =>
  (value) =>
    unless(typeof value === type, `a ${type}`, value);

const OPTIONS: Readonly<Record<keyof SimulatedServerOptions, Kind>> = {
  mode: (value) => unless(MODES.includes(value), `one of ${MODES.join(', ')}`, value),
  accessTokenLifetime: isMs,
  graceWindow: isMs,
  singleAccessToken: isOf('boolean'),
  clock: (value) => unless(typeof value === 'object', 'a clock', value),
  faults: isOf('function'),
  name: isOf('string'),
};

function rulesOf(
  {
    mode = 'revokes',
    accessTokenLifetime = 3_600_000,
    graceWindow = 10_000,
    singleAccessToken = false,
    name = 'sim',
  }: SimulatedServerOptions,
  now: () => number,
): GrantRules {
  return { mode, accessTokenLifetime, graceWindow, singleAccessToken, name, now };
}
