import { type Attributes, type Span, SpanStatusCode, type Tracer } from '@opentelemetry/api';
import type { TokenEvent } from 'unexpired';
import { kindsOf } from './attributes.ts';

type Of<T extends TokenEvent['type']> = TokenEvent & { readonly type: T };

/**
 * A span for each refresh, a child of what was active when it began: the request that found the token expired, often. It
 * is not a child of the others that wait for it.
 */
export function startRefresh(
  tracer: Tracer,
  event: Of<'refreshStarted'>,
  attributes: Attributes,
): Span {
  return tracer.startSpan('unexpired refresh', {
    attributes: { ...kindsOf(event), ...attributes },
  });
}

/** Ends it, with what is known then. The message of an error stays out: its code says what it was. */
export function endRefresh(span: Span, event: Of<'refreshEnded'>, attributes: Attributes): void {
  span.setAttributes({
    ...kindsOf(event),
    'unexpired.attempts': event.attempts,
    'unexpired.lost_answers': event.unanswered,
    'unexpired.waiting': event.waiting,
    'unexpired.lock_wait': event.lockWait / 1000,
    'unexpired.intent_wait': event.intentWait / 1000,
    ...attributes,
  });
  if ('error' in event) span.setStatus({ code: SpanStatusCode.ERROR, message: event.error.code });
  span.end();
}

/**
 * A mark without a length where a refused request was sent again: the request's own span is the HTTP client's. The names
 * are those of OpenTelemetry's HTTP conventions.
 */
export function markReplay(tracer: Tracer, event: Of<'replayed'>, attributes: Attributes): void {
  const span = tracer.startSpan('unexpired replay', {
    attributes: {
      ...kindsOf(event),
      'http.request.method': event.method,
      'http.request.resend_count': 1,
      ...serverOf(event.origin),
      ...(event.status !== undefined && { 'http.response.status_code': event.status }),
      ...attributes,
    },
  });
  if (event.outcome === 'failed') span.setStatus({ code: SpanStatusCode.ERROR });
  span.end();
}

/** An origin as the conventions have it. */
function serverOf(origin: string): Attributes {
  const [, scheme, address, port] = /^(https?):\/\/(.+?)(?::(\d+))?$/.exec(origin) ?? [];
  if (scheme === undefined) return {};
  return {
    'url.scheme': scheme,
    'server.address': address,
    'server.port': Number(port ?? (scheme === 'https' ? 443 : 80)),
  };
}
