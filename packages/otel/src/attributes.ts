import type { Attributes } from '@opentelemetry/api';
import type { TokenEvent } from 'unexpired';

/** The members of an event that say which of a few kinds it is. Never a name, a token or a message. */
const KINDS = {
  reason: 'unexpired.reason',
  outcome: 'unexpired.outcome',
  by: 'unexpired.by',
  // biome-ignore lint/suspicious/noThenProperty: the name of a member, not of a method
  then: 'unexpired.then',
  why: 'unexpired.why',
} as const;

/** What a metric of this event is split by: kinds, and the code of an error. All of it comes from code, so it is few values. */
export function kindsOf(event: TokenEvent): Attributes {
  const found: Attributes = {};
  for (const [member, attribute] of Object.entries(KINDS)) {
    const value = (event as Readonly<Record<string, unknown>>)[member];
    if (typeof value === 'string') found[attribute] = value;
  }
  if (event.type === 'warning') found['unexpired.code'] = event.code;
  if ('error' in event && event.error !== undefined) found['error.type'] = event.error.code;
  return found;
}
