import { createService, type Service } from '../create-service.ts';
import type { ServiceDatabase } from '../database.ts';
import { createFlights, type Flights } from '../operator/flights.ts';
import { lineOf, type Log } from '../operator/log.ts';
import { sessionHash } from '../operator/session-hash.ts';
import { watchedDatabase } from '../operator/watched-database.ts';
import { systemClock } from 'unexpired/adapter';
import { listen } from './listen.ts';
import { openDatabase } from './open-database.ts';
import type { Settings } from './settings.ts';

/** The program while it runs. */
export interface Running {
  /** `http://host:port` of the API. */
  readonly origin: string;
  /**
   * Is not ready any more, but answers for `notice` ms; then takes no more connections, answers what it has taken, waits for each
   * dispatched refresh and lets the database go.
   */
  stop(notice: number): Promise<void>;
}

/** Starts the API. Rejects where it cannot listen. */
export async function run(settings: Settings, log: Log): Promise<Running> {
  const { limits } = settings;
  const flights = createFlights();
  const database = watchedDatabase(await openDatabase(settings.database), systemClock, (call) =>
    flights.called(call),
  );
  const service = createService({
    providers: settings.providers,
    database,
    keys: { encryption: settings.encryption, api: settings.api },
  });
  follow(service, settings, log, flights);
  let leaving = false;
  const answer = (request: Request): Response | Promise<Response> =>
    leaving && new URL(request.url).pathname === '/readyz'
      ? Response.json({ ok: false }, { status: 503, headers: { 'cache-control': 'no-store' } })
      : service.fetch(request);
  try {
    const api = await listen(answer, settings.listen, limits);
    await warnWithoutDatabase(database, log);
    return {
      origin: api.origin,
      async stop(notice) {
        leaving = true;
        if (notice > 0) await new Promise((resolve) => setTimeout(resolve, notice));
        await api.stop(limits.drain);
        await service.close();
      },
    };
  } catch (error) {
    await service.close();
    throw error;
  }
}

/** Logs and counts what the service tells of. */
function follow(service: Service, settings: Settings, log: Log, flights: Flights): void {
  const hash = sessionHash(settings.encryption[0] ?? new Uint8Array(0));
  service.subscribe((event) => {
    const line = lineOf(
      event,
      hash,
      'name' in event ? flights.generationOf(event.name) : undefined,
    );
    flights.heard(event);
    if (line !== undefined) log(...line);
  });
}

/** It starts all the same, and is not ready until the database is there. */
async function warnWithoutDatabase(database: ServiceDatabase, log: Log): Promise<void> {
  try {
    await database.store('readyz').read();
  } catch (error) {
    const { code, cause } = error as { code?: unknown; cause?: { code?: unknown } };
    log('error', {
      event: 'databaseUnavailable',
      code: String(code),
      error: typeof cause?.code === 'string' ? cause.code : undefined,
    });
  }
}
