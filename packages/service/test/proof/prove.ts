import { poolOn } from '../../../postgres/test/support/connect.ts';
import type { PostgresServer } from '../../../postgres/test/support/postgres-server.ts';
import { runProcess } from '../support/process.ts';
import { createAsk, exchange } from './ask.ts';
import { startBalancer } from './balancer.ts';
import { createFleet, type Fleet } from './fleet.ts';
import { settle, startLoad } from './load.ts';
import { happen } from './faults.ts';
import type { Plan } from './plan.ts';
import { type ProofProvider, startProofProvider } from './provider.ts';
import type { ProofRecord, Read, Result } from './record.ts';
import { createWords, fingerprint, LENGTH, type Words } from './words.ts';

/** Ms for which sessions are waited for when the faults are over: 80 s for what a killed replica had announced, and the breaker. */
const SETTLING = 300_000;
/** Sessions that sign in at the same time. */
const AT_ONCE = 20;

/** Two replicas on a real PostgreSQL before a real, strict provider, with clients and faults as planned. Says what was seen. */
export async function prove(
  plan: Plan,
  server: PostgresServer,
  progress: (line: string) => void,
): Promise<ProofRecord> {
  const stops: (() => Promise<unknown>)[] = [];
  const started = <T extends { stop(): Promise<unknown> }>(one: T): T => {
    stops.unshift(() => one.stop());
    return one;
  };
  try {
    const words = createWords();
    const pool = poolOn(server.port);
    await pool.query((await runProcess(['schema'])).stdout);
    await pool.end();
    const provider = started(await startProofProvider(plan.lifetime));
    const balancer = started(await startBalancer());
    const fleet = started(
      await createFleet({
        ...{ provider: provider.origin, balancer, words },
        database: `postgres://postgres@127.0.0.1:${server.port}/postgres`,
      }),
    );
    await Promise.all([fleet.start(0), fleet.start(1)]);
    const broker = `http://127.0.0.1:${balancer.port}`;
    const sessions = Array.from({ length: plan.sessions }, (_, index) => `acme:${index}`);
    const canaries = await signIn(plan, sessions, { provider, broker, fleet, words });
    progress(`${sessions.length} sessions have signed in`);

    const ask = createAsk(broker, fleet.key, words);
    const api = `${provider.origin}/api`;
    const load = startLoad({ plan, sessions, ask, api, random: Math.random });
    const outages = await happen(plan, { fleet, provider, server, progress });
    await load.stop();
    const reads: Read[] = [...load.reads];
    const last: ReadonlyMap<string, Result> = plan.settles
      ? await settle({ sessions, ask }, SETTLING, reads)
      : new Map();
    await fleet.scrape();
    const { secrets, ...log } = await provider.log();
    const replicas = fleet.replicas(sessions);
    const nowhere = [
      ...canaries,
      ...secrets.map(({ refresh }) => refresh),
      fleet.key.slice(-LENGTH),
    ];
    const leaks = [
      ...words.find(nowhere),
      ...words.find(
        secrets.map(({ access }) => access),
        'an answer',
      ),
    ];
    return { ...log, sessions, reads, replicas, outages, leaks, last };
  } finally {
    for (const stop of stops) await stop();
  }
}

/** Deposits all; the first tokens of some live shorter, so that they are not due at the same time. Gives what may never be seen again. */
async function signIn(
  { lifetime }: Plan,
  sessions: readonly string[],
  parts: {
    readonly provider: ProofProvider;
    readonly broker: string;
    readonly fleet: Fleet;
    readonly words: Words;
  },
): Promise<string[]> {
  const canaries: string[] = [];
  const first = sessions.map((session, index) => ({
    session,
    lifetime: Math.ceil(lifetime * (0.2 + (0.8 * index) / sessions.length)),
  }));
  while (first.length > 0) {
    const deposits = await parts.provider.signIns(first.splice(0, AT_ONCE));
    await Promise.all(
      deposits.map(async ({ session, access, refresh, at, lifetime: seconds }) => {
        const canary = fingerprint(session).padEnd(LENGTH, 'canary');
        canaries.push(canary);
        const answer = await exchange(
          `${parts.broker}/v1/sessions/${session}`,
          {
            ...{ method: 'PUT', bearer: parts.fleet.key },
            body: {
              ...{ provider: 'crm', issued_at: Math.floor(at / 1000) },
              token_response: {
                ...{ access_token: access, refresh_token: refresh, expires_in: seconds },
                ...{ token_type: 'Bearer', id_token: canary },
              },
            },
          },
          parts.words,
        );
        if (answer.status !== 201) throw new Error(`a deposit was refused: ${answer.status}`);
      }),
    );
  }
  return canaries;
}
