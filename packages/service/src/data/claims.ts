import { numberIn, type Tables } from './tables.ts';

/** A session that this replica is to refresh. Nobody else claims it for a minute. */
export interface Claim {
  readonly key: string;
  readonly session: string;
  readonly generation: number;
  readonly failures: number;
}

export interface Claims {
  /** The sessions of a provider that have been due for longest, at most `most`. */
  take(provider: string, most: number, now: number): Promise<readonly Claim[]>;
  /** Gives a claim back, unless the session has moved on: it may be claimed again from `notBefore` on. */
  park(
    claim: Claim,
    parking: { readonly notBefore: number; readonly failures: number },
  ): Promise<void>;
}

/** Ms on the database's clock, which is the same for all. */
const CLAIM = 60_000;

/** Divides the sessions that are due among the replicas. It only saves work: who refreshes what is decided by the record. */
export function claimsIn({ query, names, dialect }: Tables): Claims {
  const { schedule } = names;
  const take = `with picked as materialized (
select key as picked_key from ${schedule}
where provider = $1 and due_at <= $2 and not_before <= $2 and claimed_until <= ${dialect.now}
order by due_at limit $3 ${dialect.skipLocked})
update ${schedule} set claimed_until = ${dialect.now} + ${CLAIM} from picked where key = picked_key
returning key, session, generation, failures`;
  const park = `update ${schedule} set not_before = $4, failures = $5, claimed_until = 0
where key = $1 and session = $2 and generation = $3`;
  return {
    async take(provider, most, now) {
      const rows = await query(take, [provider, Math.floor(now), most]);
      return rows.map((row) => ({
        key: String(row['key']),
        session: String(row['session']),
        generation: numberIn(row['generation']),
        failures: numberIn(row['failures']),
      }));
    },
    async park({ key, session, generation }, { notBefore, failures }) {
      await query(park, [key, session, generation, Math.ceil(notBefore), failures]);
    },
  };
}
