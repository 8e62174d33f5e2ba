import { TokenError, type TokenManager, toTokenSource } from 'unexpired';
import { nameOf, systemClock } from 'unexpired/adapter';
import { createCaller, createSender } from './call.ts';
import { createReading } from './reading.ts';
import { createSignInOut } from './sign-in-out.ts';
import { addressesOf, type RemoteTokensOptions } from './options.ts';
import { createWaiting } from './waiting.ts';
import { createRemoteSession, type Place, type RemoteSession } from './session.ts';

/**
 * A session that `@unexpired/service` keeps: a manager that asks it instead of refreshing. One call for all who wait; a token
 * that is still valid goes on being used while the service is away. `setSession` deposits tokens there; `refresh()` asks for a
 * newer generation than the current one. No refresh token is kept here.
 *
 * @throws TypeError that names the option that is wrong.
 *
 * @example
 * ```ts
 * import { remoteTokens } from '@unexpired/remote';
 *
 * const tokens = remoteTokens({ url: 'https://tokens.internal.example.com', session: 'acme:42', credentials: () => 'unx_...' });
 * ```
 */
export function remoteTokens(options: RemoteTokensOptions): TokenManager {
  const { clock = systemClock, random = Math.random, fetch, session: name, provider } = options;
  const { address } = addressesOf(options);
  const send = createSender({ credentials: toTokenSource(options.credentials), fetch });
  const closing = new AbortController();
  const { signal: closed } = closing;
  const call = createCaller({ address, send, clock, closed });
  const session = createRemoteSession({ name, clock, call });
  const obtain = createWaiting({ session, clock, random, closed });
  const { getToken, replace, meanwhile } = createReading({ session, obtain, clock });
  const leave = options.events?.join(name, (news) => {
    // A caller that wants the token later gets the error.
    if (session.hear(news)) getToken().catch(() => undefined);
  });

  return {
    ...createSignInOut({ session, call, provider, ask: () => getToken(), closed }),
    get status() {
      return session.told.status;
    },
    getToken,
    async ready({ signal } = {}) {
      if (session.told.status === 'unknown') await getToken({ signal });
      return session.told.status as Exclude<TokenManager['status'], 'unknown'>;
    },
    async replaceRejected(rejected, { signal } = {}) {
      const place = typeof rejected === 'string' ? session.placeOf(rejected) : rejected;
      if (place === undefined) return meanwhile(); // long forgotten, so another one than this
      session.told.emit({ type: 'rejected', then: isCurrent(session, place) ? 'refresh' : 'late' });
      if (session.held !== undefined && session.held.token.session !== place.session)
        return undefined;
      const token = await replace(place, signal);
      if (token === undefined && session.told.status === 'ended') throw whyNobody(session);
      return token;
    },
    issued: (accessToken) => session.placeOf(accessToken) !== undefined,
    report: (event) => session.told.emit(event),
    async refresh({ signal } = {}) {
      const current = session.held?.token ?? (await getToken({ signal }));
      const token = current && ((await replace(current, signal)) ?? (await getToken({ signal })));
      if (token === undefined) throw whyNobody(session);
      return token;
    },
    subscribe(listener) {
      if (typeof listener !== 'function')
        throw new TypeError(`subscribe: expected a function, got ${nameOf(listener)}`);
      return session.told.subscribe(listener);
    },
    async close() {
      closing.abort(new TokenError('ERR_CLOSED', { message: 'These tokens were closed' }));
      leave?.();
      session.told.silence();
    },
  };
}

const isCurrent = ({ held }: RemoteSession, { session, generation }: Place): boolean =>
  held?.token.session === session && held.token.generation === generation;

const whyNobody = ({ error }: RemoteSession): TokenError =>
  error ?? new TokenError('ERR_SIGNED_OUT', { message: 'The service knows no such session' });
