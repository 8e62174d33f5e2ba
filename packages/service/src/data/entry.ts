import type { SessionRecord, TokenSet } from 'unexpired';
import type { PostgresStatement } from '@unexpired/postgres';
import { keptOf } from '../providers.ts';
import type { State } from '../row.ts';
import type { Tables, Value } from './tables.ts';

/** What stands of a session in the clear, for lists and for refreshing ahead. The truth is in its record. Moments in ms since the epoch. */
export interface Entry {
  readonly key: string;
  /** `undefined`: as it was before. */
  readonly provider: string | undefined;
  readonly session: string;
  readonly generation: number;
  readonly state: State;
  readonly issuedAt: number;
  readonly expiresAt: number | undefined;
  /** `undefined`: not refreshed ahead. */
  readonly dueAt: number | undefined;
}

/** When the tokens of a provider are due; `undefined`: never. */
export type Plan = (
  provider: string,
  life: { readonly issuedAt: number; readonly expiresAt: number },
) => number | undefined;

/** Where a session stands: a write that changes nothing of it leaves the schedule as it is. */
export type Standing = Pick<Entry, 'session' | 'generation' | 'state'>;

export function standingOf({ session, gen, status, tokens, dead }: SessionRecord): Standing {
  const isLive = status === 'active' && tokens !== undefined;
  const state = dead?.gen === gen ? 'ended' : 'active';
  return { session, generation: gen, state: isLive ? state : 'signed_out' };
}

export const isSameStanding = (one: Standing | undefined, other: Standing): boolean =>
  one?.session === other.session &&
  one.generation === other.generation &&
  one.state === other.state;

/** The entry for a record that is written; `undefined`: nobody has been signed in yet. */
export function entryOf(key: string, record: SessionRecord, plan: Plan): Entry | undefined {
  const { issuedAt, tokens, turn } = record;
  if (turn === 0) return undefined;
  const base = { key, issuedAt, ...standingOf(record) };
  const none = { provider: undefined, expiresAt: undefined, dueAt: undefined };
  if (base.state === 'signed_out' || tokens === undefined) return { ...base, ...none };
  const provider = keptOf(tokens)?.provider;
  const { expiresAt } = tokens;
  const isDue = base.state === 'active' && provider !== undefined && mayExpire(tokens);
  return {
    ...base,
    provider,
    expiresAt,
    dueAt: isDue ? plan(provider, { issuedAt, expiresAt: tokens.expiresAt }) : undefined,
  };
}

const mayExpire = (tokens: TokenSet): tokens is TokenSet & { readonly expiresAt: number } =>
  tokens.expiresAt !== undefined && tokens.refreshToken !== undefined;

/**
 * Puts an entry into the schedule, where it is not there yet: what only announces a redemption changes nothing. `first`: the
 * number of its first parameter.
 */
export function entryStatement(
  { names, dialect }: Pick<Tables, 'names' | 'dialect'>,
  entry: Entry,
  first: number,
): PostgresStatement & { readonly values: readonly Value[] } {
  const { key, provider, session, generation, state, issuedAt, expiresAt, dueAt } = entry;
  const parameter = (index: number, type: string): string => `cast($${first + index} as ${type})`;
  const whole = (ms: number | undefined): number | null =>
    ms === undefined ? null : Math.round(ms);
  return {
    values: [
      ...[key, provider ?? null, session, generation, state],
      ...[whole(issuedAt), whole(expiresAt), whole(dueAt)],
    ],
    text: `insert into ${names.schedule} as s
(key, provider, session, generation, state, issued_at, expires_at, due_at, not_before, claimed_until, failures, changed)
select ${parameter(0, 'text')}, coalesce(${parameter(1, 'text')}, ''), ${parameter(2, 'text')}, ${parameter(3, 'bigint')},
${parameter(4, 'text')}, ${parameter(5, 'bigint')}, ${parameter(6, 'bigint')}, ${parameter(7, 'bigint')}, 0, 0, 0, ${dialect.change}
${dialect.written}
on conflict (key) do update set
provider = case when excluded.provider = '' then s.provider else excluded.provider end,
session = excluded.session, generation = excluded.generation, state = excluded.state, issued_at = excluded.issued_at,
expires_at = excluded.expires_at, due_at = excluded.due_at, not_before = 0, claimed_until = 0, failures = 0, changed = excluded.changed
where s.session <> excluded.session or s.generation <> excluded.generation or s.state <> excluded.state`,
  };
}
