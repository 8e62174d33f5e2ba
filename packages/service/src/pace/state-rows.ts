import { TokenError } from 'unexpired';
import { numberIn, type Rows, type Tables } from '../data/tables.ts';
import { FRESH, type ProviderState } from './state.ts';

/** What a decision makes of the state of a provider. Where it is the same object, nothing is written. */
export type Decide<T> = (state: ProviderState, now: number) => { state: ProviderState; result: T };

export interface StateRows {
  /** All of them, with the database's time. */
  readAll(): Promise<{ readonly now: number; readonly states: ReadonlyMap<string, ProviderState> }>;
  /** Decides on what is there, and writes that, unless somebody else was first: then it decides again. */
  change<T>(
    provider: string,
    decide: Decide<T>,
  ): Promise<{ readonly state: ProviderState; readonly now: number; readonly result: T }>;
}

/** How often a decision is made again because somebody else was first. */
const TRIES = 20;

export function stateRows({ query, names, dialect }: Tables): StateRows {
  const { provider: table } = names;
  const read = `select ${dialect.now} as now,
(select state from ${table} where provider = $1) as state, (select version from ${table} where provider = $1) as version`;
  return {
    async readAll() {
      const rows = await query(
        `select ${dialect.now} as now, provider, state from ${table} union all select ${dialect.now}, null, null`,
      );
      return { now: numberIn(rows[0]?.['now']), states: statesIn(rows) };
    },
    async change(provider, decide) {
      for (let left = TRIES; left > 0; left--) {
        const [row] = await query(read, [provider]);
        const now = numberIn(row?.['now']);
        const before = stateIn(row?.['state']);
        const { state, result } = decide(before, now);
        if (state === before) return { state, now, result };
        const text = JSON.stringify(state);
        const version = row?.['version'] ?? undefined;
        const written =
          version === undefined
            ? await query(
                `insert into ${table} (provider, state, version) values ($1, $2, 1) on conflict (provider) do nothing returning version`,
                [provider, text],
              )
            : await query(
                `update ${table} set state = $2, version = version + 1 where provider = $1 and version = $3 returning version`,
                [provider, text, numberIn(version)],
              );
        if (written.length === 1) return { state, now, result };
      }
      throw new TokenError('ERR_REFRESH_UNAVAILABLE', {
        message: `The state of the provider ${provider} was always written by others`,
        delivery: 'unsent',
      });
    },
  };
}

const statesIn = (rows: Rows): ReadonlyMap<string, ProviderState> =>
  new Map(
    rows
      .filter((row) => typeof row['provider'] === 'string')
      .map((row) => [String(row['provider']), stateIn(row['state'])]),
  );

/** What cannot be read says nothing: it is written over with the next decision. */
function stateIn(text: unknown): ProviderState {
  if (typeof text !== 'string') return FRESH;
  try {
    const found = JSON.parse(text) as Partial<ProviderState>;
    return typeof found.calls === 'number' && typeof found.at === 'number'
      ? (found as ProviderState)
      : FRESH;
  } catch {
    return FRESH;
  }
}
