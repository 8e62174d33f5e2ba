import { knownKey } from '../api-keys.ts';
import { createReplica } from '../create-service.ts';
import type { ServiceDatabase } from '../database.ts';
import { createActivity } from '../operator/activity.ts';
import { fleetOf } from '../operator/fleet.ts';
import { createFlights } from '../operator/flights.ts';
import { lineOf, type Log } from '../operator/log.ts';
import { type MeasuredFetch, measuredFetch, measuredLane } from '../operator/measured-fetch.ts';
import { createMetrics } from '../operator/metrics.ts';
import { createOperatorApp } from '../operator/app.ts';
import { sessionHash } from '../operator/session-hash.ts';
import { watchedDatabase } from '../operator/watched-database.ts';
import { systemClock } from 'unexpired/adapter';
import { version } from '../version.ts';
import { type CallerAddress, callerAddress } from './caller-address.ts';
import { type Listener, listen } from './listen.ts';
import { nodeLane } from './node-lane.ts';
import { openDatabase } from './open-database.ts';
import type { Settings } from './settings.ts';

/** The program while it runs. */
export interface Running {
  /** `http://host:port` of the API, and of the operator's listener. */
  readonly origin: string;
  readonly operator: string;
  /**
   * Is not ready any more, but answers for `notice` ms; then takes no more connections, answers what it has taken, waits for each
   * dispatched refresh and lets the database go. The operator's listener stays until the end.
   */
  stop(notice: number): Promise<void>;
}

/** Starts the API and the operator's listener. Rejects where it cannot listen. */
export async function run(settings: Settings, log: Log): Promise<Running> {
  const began = systemClock.monotonic();
  const opened = await openDatabase(settings.database);
  const hash = sessionHash(settings.encryption[0] ?? new Uint8Array(0));
  const providers = Object.keys(settings.providers);
  const flights = createFlights();
  const activity = createActivity(hash);
  const fleet = fleetOf(() => service.status(), systemClock);
  const waiting = (): number => measured.waiting;
  const metrics = createMetrics({ fleet, providers, flights, waiters: waiting });
  const database = watchedDatabase(opened, systemClock, (call) => {
    flights.called(call);
    metrics.called(call);
  });
  const service = createReplica({
    providers: settings.providers,
    database,
    keys: { encryption: settings.encryption, api: settings.api },
    cache: { bytes: settings.limits.cacheBytes, staleFor: settings.limits.staleFor },
    audit: settings.audit,
  });
  const measured = measuredFetch(service.fetch, systemClock, metrics.answered);
  service.subscribe((event) => {
    const generation = 'name' in event ? flights.generationOf(event.name) : undefined;
    const line = lineOf(event, hash, generation);
    for (const one of [flights, activity, metrics]) one.heard(event);
    if (line !== undefined) log(...line);
  });
  const listeners: Listener[] = [];
  try {
    const { fetch, leave } = leavable(measured.fetch);
    const addressOf = callerAddress(settings.listen.trustedProxies);
    const lane = nodeLane(service.lane, addressOf);
    const quick = measuredLane(lane, systemClock, metrics.answered);
    const known = knowingCallers(fetch, addressOf);
    const api = await listen(known, settings.listen, settings.limits, quick);
    listeners.push(api);
    const app = createOperatorApp({
      metrics,
      keys: new Map(settings.api.map((key) => [key.id, knownKey(key, 'keys/api')])),
      hosts: settings.operator.hosts,
      status: {
        ...{ version: version(), now: service.now },
        startedAt: () => service.now() - (systemClock.monotonic() - began),
        ...{ providers, flights, activity, hash, fleet },
        waiting,
        ready: () => isReady(opened),
      },
    });
    const answer = (request: Request) => app.fetch(request);
    const operator = await listen(answer, settings.operator, settings.limits);
    listeners.push(operator);
    await warnWithoutDatabase(opened, log);
    return {
      origin: api.origin,
      operator: operator.origin,
      async stop(notice) {
        leave();
        if (notice > 0) await new Promise((resolve) => setTimeout(resolve, notice));
        const stopped = api.stop(settings.limits.drain);
        await measured.settled();
        await service.close(); // ends the streams, too
        await stopped;
        await operator.stop(0);
      },
    };
  } catch (error) {
    await Promise.all(listeners.map((listener) => listener.stop(0)));
    await service.close();
    throw error;
  }
}

/** Tells the service where each request comes from, past the proxies. */
const knowingCallers =
  (fetch: MeasuredFetch['fetch'], addressOf: CallerAddress): Parameters<typeof listen>[0] =>
  (request, remote) =>
    fetch(request, {
      address: addressOf(remote, request.headers.get('x-forwarded-for') ?? undefined),
    });

/** Says to balancers that it is not ready, from the moment when it leaves, and answers all else as before. */
function leavable(fetch: MeasuredFetch['fetch']) {
  let leaving = false;
  return {
    leave: () => void (leaving = true),
    fetch: ((request, from) =>
      leaving && new URL(request.url).pathname === '/readyz'
        ? Response.json({ ok: false }, { status: 503, headers: { 'cache-control': 'no-store' } })
        : fetch(request, from)) satisfies MeasuredFetch['fetch'],
  };
}

/** It starts all the same, and is not ready until the database is there. */
async function warnWithoutDatabase(database: ServiceDatabase, log: Log): Promise<void> {
  try {
    await probe(database);
  } catch (error) {
    const { code, cause } = error as { code?: unknown; cause?: { code?: unknown } };
    log('error', {
      event: 'databaseUnavailable',
      code: String(code),
      error: typeof cause?.code === 'string' ? cause.code : undefined,
    });
  }
}

const isReady = (database: ServiceDatabase): Promise<boolean> =>
  probe(database).then(
    () => true,
    () => false, // why is in the log and in the events
  );

/** No session key is without a colon. */
const probe = (database: ServiceDatabase): Promise<unknown> => database.store('readyz').read();
