import { type DestinationStream, type Logger, pino } from 'pino';
import type { ServiceEvent, SessionEvent } from '../create-service.ts';
import type { SessionHash } from './session-hash.ts';

/** One line of the log. Nothing is logged but these members, and none of them holds a token or the key of a session. */
export interface Line {
  readonly event:
    | 'start'
    | 'stop'
    | 'refresh'
    | 'warning'
    | 'databaseUnavailable'
    | 'requestFailed'
    | 'workFailed'
    | 'breakerOpened'
    | 'breakerClosed'
    | 'auditDropped'
    | 'unforeseen';
  /** The hash of the session's key. */
  readonly session?: string | undefined;
  readonly provider?: string | undefined;
  readonly generation?: number | undefined;
  readonly reason?: string | undefined;
  readonly outcome?: string | undefined;
  /** Durations in ms. */
  readonly duration?: number | undefined;
  readonly lockWait?: number | undefined;
  readonly intentWait?: number | undefined;
  readonly attempts?: number | undefined;
  readonly unanswered?: number | undefined;
  readonly waiting?: number | undefined;
  readonly calls?: number | undefined;
  readonly flight?: string | undefined;
  readonly requestId?: string | undefined;
  readonly code?: string | undefined;
  /** Ms since the epoch. */
  readonly retryAt?: number | undefined;
  /** The name of an error and the places that it passed, without its message. */
  readonly error?: string | undefined;
  readonly version?: string | undefined;
  readonly node?: string | undefined;
  readonly database?: string | undefined;
  readonly listen?: string | undefined;
  readonly operator?: string | undefined;
  readonly signal?: string | undefined;
}

export type Level = 'info' | 'warn' | 'error' | 'fatal';
export type Log = (level: Level, line: Line) => void;

/** The second line of defence: what an allowed member should never hold is taken out of it. */
const SECRETS = /unx_[A-Za-z0-9]+_[0-9a-f]+|eyJ[\w-]+\.[\w-]+(?:\.[\w-]*)*|(?:Bearer|Basic) +\S+/g;

/** Writes JSON lines. */
export function createLog(to: DestinationStream): Log {
  const logger: Logger = pino(
    {
      base: {},
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }), log: withoutSecrets },
      redact: ['access_token', 'refresh_token', 'id_token', 'client_secret', 'authorization'],
    },
    to,
  );
  return (level, line) => logger[level](line);
}

const withoutSecrets = (line: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(line)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [
        name,
        typeof value === 'string' ? value.replace(SECRETS, '[redacted]') : value,
      ]),
  );

/** What is logged of an event: one line for each refresh, when it has ended, each warning, each failure. */
export function lineOf(
  event: ServiceEvent,
  hash: SessionHash,
  generation: number | undefined,
): readonly [Level, Line] | undefined {
  if (event.type === 'refreshEnded') return lineOfRefresh(event, hash, generation);
  if (event.type === 'warning') {
    const { name, provider, code } = event;
    return ['warn', { event: 'warning', session: hash(name), provider, code }];
  }
  if (event.type === 'breakerOpened' || event.type === 'breakerClosed')
    return [LEVEL[event.type], { event: event.type, provider: event.provider }];
  if (event.type === 'auditDropped') return ['error', { event: event.type, calls: event.calls }];
  if (event.type === 'workFailed') return ['warn', { event: event.type, error: event.error }];
  if (event.type !== 'requestFailed') return undefined;
  return ['error', { event: 'requestFailed', requestId: event.requestId, error: event.error }];
}

const LEVEL = { breakerOpened: 'error', breakerClosed: 'info' } as const;

function lineOfRefresh(
  event: SessionEvent & { readonly type: 'refreshEnded' },
  hash: SessionHash,
  generation: number | undefined,
): readonly [Level, Line] {
  const { provider, reason, outcome, attempts, unanswered, waiting, flight } = event;
  return [
    'error' in event ? 'warn' : 'info',
    {
      event: 'refresh',
      session: hash(event.name),
      ...{ provider, generation, reason, outcome, attempts, unanswered, waiting, flight },
      duration: Math.round(event.duration),
      lockWait: Math.round(event.lockWait),
      intentWait: Math.round(event.intentWait),
      ...('error' in event && { code: event.error.code, retryAt: event.retryAt }),
    },
  ];
}
