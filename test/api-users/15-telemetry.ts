// What happens: OpenTelemetry, a log line, and a status for people.
import { metrics, trace } from '@opentelemetry/api';
import type { SessionStatus, TokenEvent, TokenManager, TokenPool } from 'unexpired';
import { publishEvents } from '@unexpired/node';
import { instrument } from '@unexpired/otel';

export function observe(sessions: TokenPool): () => void {
  const stops = [
    instrument(sessions, {
      meterProvider: metrics,
      tracerProvider: trace,
      attributes: ({ name }) => ({ provider: name.split('/')[0] ?? 'none' }),
    }),
    publishEvents(sessions),
    sessions.subscribe((event) => {
      const line = lineOf(event);
      if (line !== undefined)
        console.log(JSON.stringify({ session: event.name, at: event.at, ...line }));
    }),
  ];
  return () => stops.forEach((stop) => stop());
}

function lineOf(event: TokenEvent): object | undefined {
  switch (event.type) {
    case 'refreshEnded':
      return {
        ms: event.duration,
        lockMs: event.lockWait,
        why: event.reason,
        tries: event.attempts,
        waiting: event.waiting,
        outcome: event.outcome,
        ...('error' in event && { code: event.error.code }),
      };
    case 'warning':
      return { warning: event.code, text: event.message };
    case 'unsigned':
      return { unsigned: event.why, origin: event.origin };
    default:
      return undefined;
  }
}

export function statusLine(tokens: TokenManager, show: (text: string) => void): () => void {
  const text: Record<SessionStatus, string> = {
    unknown: 'looking',
    signedOut: 'signed out',
    signedIn: 'signed in',
    ended: 'please sign in again',
  };
  const update = (): void => show(text[tokens.status]);
  update();
  tokens.ready().catch(() => show('cannot tell now'));
  return tokens.subscribe(update);
}
