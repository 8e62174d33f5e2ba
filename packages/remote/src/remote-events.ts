import { toTokenSource } from 'unexpired';
import { checkNames, systemClock } from 'unexpired/adapter';
import { createSender } from './call.ts';
import type { RemoteEvents } from './news.ts';
import { baseOf, type RemoteTokensOptions } from './options.ts';
import { createWatch } from './watch.ts';

/** Options of {@link remoteEvents}, as those of `remoteTokens`. */
export type RemoteEventsOptions = Pick<
  RemoteTokensOptions,
  'url' | 'credentials' | 'fetch' | 'clock' | 'random'
>;

/**
 * One connection to `@unexpired/service` for many sessions: give it to each `remoteTokens` of the same `url`. The service tells on it
 * that a session has another token, was signed out or signed in, without a token; `remoteTokens` then asks for it. The credentials
 * need the role `read` of these sessions. The connection is made when the first tokens use it, and made again when it breaks. It
 * keeps a process alive until the last of them are closed.
 *
 * @throws TypeError that names the option that is wrong.
 *
 * @example
 * ```ts
 * import { remoteEvents, remoteTokens } from '@unexpired/remote';
 *
 * const service = { url: 'https://tokens.internal.example.com', credentials: () => 'unx_...' };
 * const events = remoteEvents(service);
 * const tokensOf = (session: string) => remoteTokens({ ...service, session, events });
 * ```
 */
export function remoteEvents(options: RemoteEventsOptions): RemoteEvents {
  checkNames('remoteEvents', options, ['url', 'credentials', 'fetch', 'clock', 'random']);
  const { clock = systemClock, random = Math.random, fetch } = options;
  const base = baseOf('remoteEvents', options);
  const send = createSender({ credentials: toTokenSource(options.credentials), fetch });
  const { join } = createWatch({ base, send, clock, random });
  return { url: base, join };
}
