import { type ManualClock, manualClock } from '@unexpired/testing';
import { sqliteOn } from '../../src/database.ts';
import type { Tables } from '../../src/data/tables.ts';
import {
  createApiKey,
  createService,
  type Service,
  type ServiceDatabase,
  type ServiceEvent,
} from '../../src/index.ts';
import { callsIn } from './calls.ts';
import { createEndpoint, type Endpoint } from './endpoint.ts';
import { seededMachine } from './machine.ts';
import { memoryDatabase } from './memory-database.ts';
import { OUTAGE_AT, type Plan, type Result, SIGN_INS } from './plan.ts';

/** What only the real thing can say. */
export interface Simulated extends Result {
  readonly redemptions: number;
  /** Refresh tokens that came twice: each would have ended a session. */
  readonly reuses: number;
  /** Requests of readers, all told, and those that got no token. */
  readonly reads: number;
  readonly refused: number;
  /** Sign-ins that were not stored, and work that the database did not let happen. */
  readonly failures: readonly string[];
}

/** Ms. */
const STEP = 1000;
const LAG = 5000;

/** The service as it is, so many replicas of it on one database, on a clock that stands still until it is moved. */
export async function simulate(
  plan: Plan,
  progress: (line: string) => void = () => undefined,
): Promise<Simulated> {
  const machine = seededMachine(plan.seed);
  const clock = manualClock({ settle: machine.settle });
  const memory = memoryDatabase(clock);
  try {
    const endpoint = createEndpoint(clock);
    const database = { ...sqliteOn(memory.thread), close: async () => undefined };
    const parts = { plan, clock, endpoint, database, random: machine.random };
    const fleet = startFleet(parts);
    const seen = await live(parts, fleet, progress);
    const closed = Promise.all(fleet.services.map((service) => service.close()));
    await clock.advance(120_000);
    await closed;
    return seen;
  } finally {
    memory.close();
    machine.restore();
  }
}

interface Parts {
  readonly plan: Plan;
  readonly clock: ManualClock;
  readonly endpoint: Endpoint;
  readonly database: ServiceDatabase;
  readonly random: () => number;
}

interface Fleet {
  readonly services: readonly Service[];
  readonly events: readonly ServiceEvent[];
  /** Asks one of them, which is drawn by lot; `then` hears of the status, which may take a while. */
  ask(method: string, path: string, body: unknown, then: (status: number) => void): void;
}

function startFleet({ plan, clock, endpoint, database, random }: Parts): Fleet {
  const events: ServiceEvent[] = [];
  const all = createApiKey({ id: 'all', scopes: ['read:acme:', 'write:acme:'] });
  const services = Array.from({ length: plan.replicas }, () =>
    createService({
      providers: {
        crm: {
          tokenEndpoint: 'https://id.example.com/token',
          clientId: 'broker',
          clientSecret: 'secret',
          fetch: endpoint.fetch,
        },
      },
      database,
      keys: { encryption: new Uint8Array(32).fill(7), api: [all.entry] },
      clock,
      random,
    }),
  );
  for (const service of services)
    service.subscribe((event) => {
      if (event.type.startsWith('breaker') || event.type.endsWith('Failed')) events.push(event);
    });
  return {
    services,
    events,
    ask(method, path, body, then) {
      const service = services[Math.floor(random() * services.length)] as Service;
      const headers = { authorization: `Bearer ${all.key}`, 'content-type': 'application/json' };
      const request = new Request(`http://broker.test${path}`, {
        method,
        headers,
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      void service.fetch(request).then(({ status }) => then(status));
    },
  };
}

/** Those who sign in and those who read; `seen`: what they got. */
function createCallers({ endpoint, random }: Parts, { ask }: Fleet) {
  const seen = { signIns: 0, reads: 0, refused: 0, failures: [] as string[] };
  return {
    seen,
    signIn(): void {
      const key = `acme:${seen.signIns++}`;
      const body = { provider: 'crm', token_response: endpoint.signIn(key) };
      ask('PUT', `/v1/sessions/${key}`, body, (status) => {
        if (status !== 201) seen.failures.push(`sign-in: ${status}`);
      });
    },
    read(): void {
      const key = `acme:${Math.floor(random() * seen.signIns)}`;
      ask('GET', `/v1/sessions/${key}/token`, undefined, (status) => {
        seen.reads++;
        if (status !== 200) seen.refused++;
      });
    },
  };
}

/** Is something due for longer than that, and not left alone after a failure? */
async function isBehind({ database, clock }: Parts): Promise<boolean> {
  const { names, query } = database.tables as Tables;
  const now = clock.now();
  const rows = await query(
    `select key from ${names.schedule} where provider = 'crm' and due_at <= $1 and not_before <= $2 limit 1`,
    [now - LAG, now],
  );
  return rows.length > 0;
}

async function live(
  parts: Parts,
  fleet: Fleet,
  progress: (line: string) => void,
): Promise<Simulated> {
  const { plan, clock, endpoint } = parts;
  const { seen, signIn, read } = createCallers(parts, fleet);
  const outageEnd = OUTAGE_AT + plan.outage;
  let caughtUp = Infinity;

  for (let now = 0; now < outageEnd + plan.after; now = clock.monotonic()) {
    if (now === OUTAGE_AT) endpoint.down(plan.down);
    if (now === outageEnd) endpoint.up();
    const wanted = Math.min(plan.sessions, (plan.sessions * (now + STEP)) / SIGN_INS);
    while (seen.signIns < wanted) signIn();
    if (now >= SIGN_INS) for (let count = 0; count < plan.reads; count++) read();
    await clock.advance(STEP);
    if (now >= outageEnd && caughtUp === Infinity && !(await isBehind(parts)))
      caughtUp = clock.monotonic() - outageEnd;
    if (now % 300_000 === 0)
      progress(
        `minute ${now / 60_000}: ${seen.signIns} sessions, ${endpoint.redemptions} redemptions, ${endpoint.late.size} late`,
      );
  }
  const opened = fleet.events.find(({ type }) => type === 'breakerOpened')?.at ?? Infinity;
  const { reads, refused, failures } = seen;
  return {
    ...{ caughtUp, reads, refused },
    expired: new Set([...endpoint.late, ...endpoint.expired()]).size,
    ...callsIn(endpoint.calls, {
      from: OUTAGE_AT,
      until: outageEnd,
      opened: opened - (clock.now() - clock.monotonic()),
    }),
    redemptions: endpoint.redemptions,
    reuses: endpoint.reuses,
    failures: [...failures, ...fleet.events.flatMap(failureIn)],
  };
}

const failureIn = (event: ServiceEvent): readonly string[] =>
  event.type.endsWith('Failed') && 'error' in event
    ? [`${event.type}: ${String(event.error)}`]
    : [];
