import { TokenError } from 'unexpired';
import type { ServiceEvent, ServiceStatus } from '../../src/index.ts';
import { createFlights, type Flights } from '../../src/operator/flights.ts';
import { createMetrics, type Metrics } from '../../src/operator/metrics.ts';

const error = new TokenError('ERR_SESSION_ENDED');
const of = { name: 'acme:42', at: 0, provider: 'crm' } as const;
const figures = { duration: 20, lockWait: 1, intentWait: 1, unanswered: 1, attempts: 1 };

/** One event of each kind that is counted. The first refresh goes on. */
export const EVERYTHING: readonly ServiceEvent[] = [
  { ...of, name: 'acme:43', type: 'refreshStarted', flight: '2', reason: 'due' },
  { ...of, type: 'refreshStarted', flight: '1', reason: 'due' },
  {
    ...{ ...of, ...figures, type: 'refreshEnded', flight: '1', reason: 'due', waiting: 1 },
    ...{ outcome: 'failed', error, retryAt: undefined },
  },
  { ...of, type: 'refreshed', by: 'peer', expiresAt: undefined },
  { ...of, type: 'rejected', then: 'late' },
  { ...of, type: 'sessionEnded', by: 'self', error },
  { ...of, type: 'warning', code: 'NOT_DURABLE', message: '', error: undefined },
  { type: 'workFailed', at: 0, error: '' },
  { type: 'auditDropped', at: 0, calls: 3 },
  { type: 'requestFailed', requestId: 'r', at: 0, error: 'Error' },
];

/** A provider whose breaker is open. */
export const FLEET: ServiceStatus = {
  replica: 'replica-1',
  replicas: [{ id: 'replica-1', version: '1', age: 0 }],
  providers: [
    {
      ...{ name: 'crm', breaker: 'open', shutFor: 0, perSecond: 1, inFlight: 0, waiting: 0 },
      ...{ sessions: { active: 5, ended: 1, signed_out: 0 }, due: 2 },
      ...{ lag: 4000, leastToExpiry: 60_000 },
    },
  ],
};

/** Metrics that have seen everything once. */
export function metricsOfEverything(): { readonly metrics: Metrics; readonly flights: Flights } {
  const flights = createFlights();
  const metrics = createMetrics({
    ...{ providers: ['crm'], flights, waiters: () => 3 },
    fleet: async () => FLEET,
  });
  for (const event of EVERYTHING) {
    flights.heard(event);
    metrics.heard(event);
  }
  metrics.called({ key: 'a:1', operation: 'read', duration: 1, failed: false, generation: 1 });
  for (const status of [200, 401, 403])
    metrics.answered({ route: '/v1/sessions/{key}/token', status, duration: 2 });
  return { metrics, flights };
}
