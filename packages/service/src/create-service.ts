import type { Clock, EncryptionKey, TokenEvent } from 'unexpired';
import { checkNames, nameOf } from 'unexpired/adapter';
import { type ApiKey, type KnownKey, knownKey } from './api-keys.ts';
import { createApp } from './app.ts';
import { type AuditDropped, createAudit } from './audit/audit.ts';
import { type AuditOptions, checkAuditOptions } from './audit/options.ts';
import { createBackground, type WorkFailed, workFailed } from './background.ts';
import type { ServiceDatabase } from './database.ts';
import { serviceClock } from './data/database-time.ts';
import { VERSION } from './data/schema.ts';
import { createStorage } from './storage.ts';
import type { Tables } from './data/tables.ts';
import { rememberedCallers } from './fresh/callers.ts';
import { createLane, type Lane, quickAnswer } from './fresh/lane.ts';
import { type CacheOptions, checkCacheOptions } from './fresh/options.ts';
import { createStreams } from './events/streams.ts';
import type { BreakerEvent } from './pace/breaker.ts';
import { createLimits } from './limits/limits.ts';
import { createListeners } from './listeners.ts';
import { createPending } from './pending.ts';
import { placeOf } from './place-of.ts';
import { type ProviderOptions, providersOf } from './providers.ts';
import { createSessions } from './sessions.ts';
import { readStatus, type ServiceStatus } from './status.ts';

/** Options of {@link createService}. */
export interface ServiceOptions {
  /** The authorization servers, by the names that deposits use. */
  readonly providers: Readonly<Record<string, ProviderOptions>>;
  /** `sqlite(path)` or `postgres(pool)`. */
  readonly database: ServiceDatabase;
  readonly keys: {
    /** Encrypts what is stored: AES-GCM, 16 or 32 bytes. Of several the first encrypts, and any decrypts. */
    readonly encryption: EncryptionKey | readonly EncryptionKey[];
    /** Who may call: entries of {@link createApiKey}. */
    readonly api: readonly ApiKey[];
  };
  /** Requests a second of one API key at one replica, twice as many at once; a batch counts as many as it reads. Default 2,000. */
  readonly requestsPerSecond?: number | undefined;
  /** How many bytes (128 MiB) and how many ms without the database (300,000) tokens are kept in memory at each replica. */
  readonly cache?: CacheOptions | undefined;
  /** Who did what, in a table beside the sessions. */
  readonly audit?: AuditOptions | undefined;
  /** Default: the clock of the database on PostgreSQL, and of this machine on SQLite. For tests. */
  readonly clock?: Clock | undefined;
  /** A number in [0, 1), for jitter. Default `Math.random`. For tests. */
  readonly random?: (() => number) | undefined;
}

const OPTIONS = [
  'providers',
  'database',
  'keys',
  'requestsPerSecond',
  'cache',
  'audit',
  'clock',
  'random',
] as const satisfies (keyof ServiceOptions)[];

/** An error that the service did not foresee. The caller got a 500 that says nothing of it. */
export interface RequestFailed {
  readonly type: 'requestFailed';
  /** As in the answer. */
  readonly requestId: string;
  /** Ms since the epoch. */
  readonly at: number;
  /** The name of what was thrown, and where. Not its message, which may quote anything. */
  readonly error: string;
}

/** An event of a session: `name` is its key. */
export type SessionEvent = TokenEvent & {
  /** The name of its provider, where that is known. */
  readonly provider?: string | undefined;
};

export type ServiceEvent = SessionEvent | RequestFailed | BreakerEvent | WorkFailed | AuditDropped;

/** Where a request comes from. What else a server may say of it is not looked at. */
export interface CallFrom {
  /** Of the network: an IP address. */
  readonly address?: string | undefined;
}

/** A running service. Every method works unbound. */
export interface Service {
  /**
   * Answers a request: goes into any server that speaks `Request` and `Response`. Never rejects. `address`: where it comes from, as
   * a server knows that is told of its proxies: more than 20 times the wrong credentials from one are 429 for a while.
   */
  fetch(request: Request, from?: CallFrom | object): Promise<Response>;
  /** Hears of every session and refresh; no event carries a token. Returns unsubscribe. */
  subscribe(listener: (event: ServiceEvent) => void): () => void;
  /** Ms since the epoch, on the clock of all replicas: that of the moments in answers and events. */
  now(): number;
  /** How the replicas, the providers and their sessions stand, for operators. Rejects with a `TokenError`. */
  status(): Promise<ServiceStatus>;
  /**
   * Begins no more refreshes, sign-ins and sign-outs, and is not ready any more; tokens that are good go on being read, until those who
   * wait for one have it, and it has been stored. Then it lets go of the database, and resolves. Await it before
   * the server stops and before `process.exit`.
   */
  close(): Promise<void>;
}

/**
 * A token broker: it alone keeps and redeems refresh tokens, and everybody else asks it for the current access token over HTTP.
 * Any number of replicas may share a database: one of them refreshes.
 *
 * @throws TypeError for an option that cannot be right, at once.
 *
 * @example
 * ```ts
 * import { createService, sqlite, type ApiKey } from '@unexpired/service';
 *
 * const broker = (encryption: Uint8Array, api: readonly ApiKey[]) =>
 *   createService({
 *     providers: { crm: { tokenEndpoint: 'https://id.example.com/token', clientId: 'broker', clientSecret: 'secret' } },
 *     database: sqlite('sessions.db'),
 *     keys: { encryption, api },
 *   });
 * ```
 */
export function createService(options: ServiceOptions): Service {
  const { lane: _own, ...service } = createReplica(options);
  return service;
}

/** The same, with the lane itself for a server that has no `Request` yet. */
export function createReplica(options: ServiceOptions): Service & { readonly lane: Lane } {
  checkNames('createService', options, OPTIONS);
  checkNames('createService: keys', options.keys, ['encryption', 'api']);
  const { database, keys, random = Math.random } = options;
  const providers = providersOf(options.providers);
  const callers = rememberedCallers(knownKeys(keys.api));
  const kept = checkAuditOptions(options.audit);
  if (typeof database?.store !== 'function')
    throw new TypeError(
      `createService: database: expected sqlite(path) or postgres(pool), got ${nameOf(database)}`,
    );
  const tables = database.tables as Tables;
  const { clock, time, timed } = serviceClock(tables, options.clock);
  const limits = createLimits(options.requestsPerSecond, clock);
  const { emit, subscribe } = createListeners<ServiceEvent>();
  const streams = createStreams();
  const failed = (error: unknown): void => emit(workFailed(error, clock));
  const { feed, store, known, inHand } = createStorage({
    ...{ database, encryption: keys.encryption, providers, random, clock, timed, failed },
    cache: checkCacheOptions(options.cache),
  });
  const probe = store('readyz'); // throws for a key that cannot be right; no session key is without a colon
  let closed: Promise<void> | undefined;
  let ended = false;
  const requests = createPending();
  const id = crypto.randomUUID();
  const background = createBackground({
    ...{ id, version: String(VERSION), tables, time, providers, clock, random, emit },
  });
  const audit = createAudit({ ...kept, tables, clock, emit, failed });
  const sessions = createSessions({
    ...{ store, inHand, known, providers, clock, gate: background.gate, trailOf: audit.trailOf },
    emit: (event, provider) => emit({ ...event, provider }),
  });
  background.start(sessions);
  audit.start();
  const app = createApp({
    ...{ sessions, tables, feed, streams, limits, audit, callers, clock, timed },
    probe: async () => {
      await tables.ready();
      await probe.read();
    },
    draining: () => closed !== undefined,
    closed: () => ended,
    failed: (error, requestId) =>
      emit({ type: 'requestFailed', requestId, at: clock.now(), error: placeOf(error) }),
  });
  const lane = createLane({ sessions, callers, limits, audit, clock, closed: () => ended, failed });
  const drain = async (): Promise<void> => {
    streams.close();
    await Promise.all([background.stop(), sessions.close()]);
    ended = true;
    await requests.settled();
    await audit.stop();
    await database.close();
  };

  return {
    lane,
    async fetch(request, from) {
      const address = addressIn(from);
      const granted = quickAnswer(lane, request, address);
      return granted ?? requests.counted(Promise.resolve(app.fetch(request, { address })));
    },
    subscribe,
    now: clock.now,
    status: () => readStatus({ id, tables, providers, background, clock }),
    close() {
      closed ??= drain();
      return closed;
    },
  };
}

function addressIn(from: CallFrom | object = {}): string | undefined {
  const { address } = from as { readonly address?: unknown };
  return typeof address === 'string' ? address : undefined;
}

function knownKeys(api: readonly ApiKey[]): ReadonlyMap<string, KnownKey> {
  if (!Array.isArray(api))
    throw new TypeError(
      `createService: keys/api: expected a list of entries of createApiKey(), got ${nameOf(api)}`,
    );
  const known = new Map<string, KnownKey>();
  for (const [index, key] of (api as readonly ApiKey[]).entries()) {
    const where = `createService: keys/api/${index}`;
    const read = knownKey(key, where);
    if (known.has(read.id)) throw new TypeError(`${where}: id: another key has the same`);
    known.set(read.id, read);
  }
  return known;
}
