import type { Activity, Failure, Tally } from './activity.ts';
import { quantile } from './activity.ts';
import type { ProviderStatus } from '../status.ts';
import type { Fleet } from './fleet.ts';
import type { Flights } from './flights.ts';
import type { SessionHash } from './session-hash.ts';

/** What the status page shows. */
export interface Status {
  readonly version: string;
  /** Ms since the epoch. */
  readonly now: number;
  readonly startedAt: number;
  readonly ready: boolean;
  readonly waiting: number;
  readonly notDurable: number;
  readonly lockWait: { readonly median: number; readonly most: number; readonly of: number };
  readonly providers: readonly ProviderRow[];
  /** `undefined`: the database does not say. */
  readonly replicas: readonly Replica[] | undefined;
  readonly underWay: readonly UnderWay[];
  readonly failures: readonly Failure[];
}

/** What this process has seen of a provider, and how it stands in the whole fleet, where the database says so. */
export interface ProviderRow extends Tally {
  readonly name: string;
  readonly underWay: number;
  readonly fleet: ProviderStatus | undefined;
}

/** A replica that has been heard of lately. */
export interface Replica {
  readonly id: string;
  readonly version: string;
  readonly isThis: boolean;
}

/** A refresh that has not ended. */
export interface UnderWay {
  readonly session: string;
  readonly provider: string;
  readonly reason: string;
  readonly since: number;
}

export interface StatusParts {
  readonly version: string;
  readonly startedAt: () => number;
  readonly providers: readonly string[];
  readonly flights: Flights;
  readonly activity: Activity;
  readonly hash: SessionHash;
  readonly fleet: Fleet;
  readonly waiting: () => number;
  /** Can the database be asked? */
  readonly ready: () => Promise<boolean>;
  readonly now: () => number;
}

/** Most refreshes under way that are listed. */
const LISTED = 50;

/** Puts together what there is to see. The keys of sessions are hashes in it. */
export async function statusOf(parts: StatusParts): Promise<Status> {
  const { flights, activity, hash } = parts;
  const flying = flights.underWay();
  const fleet = await parts.fleet();
  return {
    version: parts.version,
    now: parts.now(),
    startedAt: parts.startedAt(),
    ready: await parts.ready(),
    waiting: parts.waiting(),
    notDurable: flights.notDurable,
    lockWait: {
      median: quantile(activity.lockWaits, 0.5),
      most: Math.max(0, ...activity.lockWaits),
      of: activity.lockWaits.length,
    },
    providers: parts.providers.map((name) => ({
      ...activity.tallyOf(name),
      name,
      underWay: flying.filter(({ provider }) => provider === name).length,
      fleet: fleet?.providers.find((provider) => provider.name === name),
    })),
    replicas: fleet?.replicas.map(({ id, version }) => ({
      ...{ id: id.slice(0, 8), version, isThis: id === fleet.replica },
    })),
    underWay: flying.slice(0, LISTED).map(({ key, provider, reason, since }) => ({
      ...{ session: hash(key), provider, reason, since },
    })),
    failures: activity.failures,
  };
}
