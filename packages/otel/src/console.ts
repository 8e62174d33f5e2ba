import type { TokenEvent } from 'unexpired';
import { checkAll, isFunction } from 'unexpired/adapter';

/** Where the lines go. */
export interface ConsoleOptions {
  /** Takes one line, without a line break. Default: `console.log`. */
  readonly write?: ((line: string) => void) | undefined;
}

/**
 * For development: one line for each refresh, and one for each thing besides that is worth a look. No token is in it, but the
 * session's name is. Returns stop.
 *
 * @throws TypeError for an option that cannot be right or does not exist.
 *
 * @example
 * ```ts
 * import { createTokenManager } from 'unexpired';
 * import { logToConsole } from '@unexpired/otel/console';
 *
 * const tokens = createTokenManager({ refresh: ({ refreshToken }) => myClient.refresh(refreshToken) });
 * const stop = logToConsole(tokens);
 * ```
 */
export function logToConsole(
  session: { subscribe(listener: (event: TokenEvent) => void): () => void },
  options: ConsoleOptions = {},
): () => void {
  checkAll('logToConsole', options, { write: isFunction });
  // oxlint-disable-next-line no-console -- the console is what this is for
  const { write = (line: string) => console.log(line) } = options;
  return session.subscribe((event) => {
    const text = textOf(event);
    if (text !== undefined) write(oneLine(`${timeOf(event.at)} ${event.name}: ${text}`));
  });
}

/** What a person wants to know of an event. `undefined`: its refresh is told of when it ends. */
function textOf(event: TokenEvent): string | undefined {
  switch (event.type) {
    case 'refreshStarted':
      return undefined;
    case 'refreshEnded':
      return flightOf(event);
    case 'ready':
      return `ready, ${event.status}`;
    case 'signedIn':
    case 'signedOut':
      return `${event.type} by ${event.by}`;
    case 'refreshed': // one's own is a refresh that ended
      return event.by === 'peer' ? 'a new token from a peer' : undefined;
    case 'sessionEnded':
      return `the session ended (${event.error.code})`;
    case 'rejected':
      return `the API refused the token, then: ${event.then}`;
    case 'replayed':
      return `${event.method} ${event.origin} sent again: ${event.status ?? 'no answer'}`;
    case 'notReplayed':
      return `${event.method} ${event.origin} could not be sent again: its body can be read once`;
    case 'unsigned':
      return `no token for ${event.origin}: ${event.why === 'header' ? 'a header of its own' : 'not in origins'}`;
    case 'warning':
      return `warning ${event.code}: ${event.message}`;
    default: // of a later version
      return undefined;
  }
}

function flightOf(event: TokenEvent & { type: 'refreshEnded' }): string {
  const parts = [
    `refresh ${event.outcome} in ${Math.round(event.duration)} ms (${event.reason})`,
    event.attempts !== 1 && `${event.attempts} calls`,
    event.unanswered > 0 && `${event.unanswered} without an answer`,
    event.lockWait >= 1 && `lock ${Math.round(event.lockWait)} ms`,
    event.intentWait >= 1 && `another's refresh ${Math.round(event.intentWait)} ms`,
    event.waiting > 0 && `${event.waiting} waited`,
    'error' in event && event.error.code,
    'retryAt' in event && event.retryAt !== undefined && `not before ${timeOf(event.retryAt)}`,
  ];
  return parts.filter((part) => part !== false).join(', ');
}

const timeOf = (at: number): string => {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? '--' : date.toISOString().slice(11, 23);
};

// Names and messages may come from outside; a line break or an escape sequence would let them forge a line.
const oneLine = (text: string): string => text.replaceAll(/[\p{Cc}\u2028\u2029]/gu, ' ');
