import type { Burst, Outcome } from './burst.ts';
import type { Contender } from '@unexpired/example-contenders/contender';
import type { ArenaRecord } from './servers/arena.ts';
import type { ConnectionCount } from './servers/ledger.ts';

/** What became of one contender. From the servers' ledgers, but for the three fields that say otherwise. */
export interface Result {
  readonly id: string;
  readonly name: string;
  readonly ours: boolean;
  readonly tokenEndpointCalls: number;
  readonly rotations: number;
  readonly reuseDetections: number;
  readonly session: 'alive' | 'revoked';
  /** Requests of the burst that the API answered with a 200. */
  readonly succeeded: number;
  readonly failed: number;
  /** Ms from the first request to the last answer, on the callers' side. */
  readonly wallTime: number;
  /** The deadline passed before every caller had an answer. */
  readonly cutAtDeadline: boolean;
  /** Callers that got what they asked for: the clients' own account, to check `succeeded` against. */
  readonly callersServed: number;
  /** How often callers were given which failure. */
  readonly failures: Readonly<Record<string, number>>;
  readonly api: {
    readonly requests: number;
    readonly unauthorized: number;
    readonly connections: ConnectionCount;
  };
  readonly tokenEndpointConnections: ConnectionCount;
}

export function resultOf(
  contender: Pick<Contender, 'id' | 'name' | 'ours'>,
  outcomes: Burst['outcomes'],
  record: ArenaRecord,
  cutAtDeadline: boolean,
): Result {
  const { counters } = record;
  const succeeded = new Set(
    record.attempts.filter(({ status }) => status === 200).map(({ request }) => request),
  ).size;
  return {
    id: contender.id,
    name: contender.name,
    ours: contender.ours,
    tokenEndpointCalls: counters.tokenCalls,
    rotations: counters.rotations,
    reuseDetections: counters.reuseDetections,
    session: record.session,
    succeeded,
    failed: outcomes.length - succeeded,
    wallTime: wallTimeOf(outcomes),
    cutAtDeadline,
    callersServed: outcomes.filter(({ ok }) => ok).length,
    failures: countFailures(outcomes),
    api: {
      requests: counters.apiRequests,
      unauthorized: counters.unauthorized,
      connections: counters.apiConnections,
    },
    tokenEndpointConnections: counters.tokenConnections,
  };
}

/** The rules that one of ours broke, each as a sentence; none is what the demo is there to show. */
export function brokenRules(result: Result): string[] {
  if (!result.ours) return [];
  const requests = result.succeeded + result.failed;
  const broken: string[] = [];
  if (result.tokenEndpointCalls !== 1)
    broken.push(`${result.tokenEndpointCalls} token-endpoint calls instead of 1`);
  if (result.reuseDetections !== 0)
    broken.push(`${result.reuseDetections} reuse detections instead of 0`);
  if (result.session !== 'alive') broken.push('the session was revoked');
  if (result.succeeded !== requests)
    broken.push(`the API answered ${result.succeeded} of ${requests} requests`);
  if (result.callersServed !== requests)
    broken.push(`${result.callersServed} of ${requests} callers got their answer`);
  return broken;
}

function wallTimeOf(outcomes: readonly Outcome[]): number {
  let start = Number.POSITIVE_INFINITY;
  let end = 0;
  for (const { startedAt, endedAt } of outcomes) {
    start = Math.min(start, startedAt);
    end = Math.max(end, endedAt ?? startedAt);
  }
  return Math.round(end - start);
}

function countFailures(outcomes: readonly Outcome[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { ok, failure = 'no answer by the deadline' } of outcomes) {
    if (!ok) counts[failure] = (counts[failure] ?? 0) + 1;
  }
  return counts;
}
