import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { sessionHash } from '../../src/operator/session-hash.ts';
import { type BrokerProcess, runProcess, startProcess } from '../support/process.ts';
import type { Balancer } from './balancer.ts';
import type { Replica } from './record.ts';
import type { Words } from './words.ts';

/** The two places behind the balancer, in each of which a process of the broker runs. */
export interface Fleet {
  /** The API key of all clients. */
  readonly key: string;
  /** Starts a process in a place that has none, and resolves when it listens. */
  start(place: number): Promise<void>;
  /** SIGKILL. Not before all that it has is stored: a replica that dies while it owes may lose that, and says so in its metrics. */
  kill(place: number): Promise<void>;
  /** SIGTERM, and resolves when it has ended by itself. */
  drain(place: number): Promise<void>;
  /** Resolves when no replica has anything that the database has not. */
  allStored(): Promise<void>;
  /** Reads the metrics of all that run. */
  scrape(): Promise<void>;
  /** What the processes were; `sessions`: the keys of all. */
  replicas(sessions: readonly string[]): Replica[];
  stop(): Promise<void>;
}

interface Running {
  readonly id: number;
  readonly place: number;
  readonly process: BrokerProcess;
  readonly operator: string;
  readonly listening: number;
  ended?: Replica['ended'];
}

/** Ms for which a process that ends goes on answering. */
const NOTICE = 500;
/** Ms between two looks at the metrics of a replica that owes. */
const LOOK = 200;

export async function createFleet({
  provider,
  database,
  balancer,
  words,
}: {
  /** Where the provider is. */
  readonly provider: string;
  readonly database: string;
  readonly balancer: Balancer;
  readonly words: Words;
}): Promise<Fleet> {
  const folder = mkdtempSync(path.join(tmpdir(), 'unexpired-proof-'));
  const encryption = randomBytes(32);
  const made = await runProcess(['create-key', 'clients', 'read:*', 'reject:*', 'write:*']);
  const { key, entry } = JSON.parse(made.stdout) as { key: string; entry: object };
  const all: Running[] = [];
  let ids = 0;
  const inPlace = (place: number): Running => {
    const found = all.findLast((one) => one.place === place);
    if (found === undefined) throw new Error(`nothing runs in place ${place}`);
    return found;
  };

  const running = (): Running[] => all.filter(({ ended }) => ended === undefined);

  /** Each process has an address of the token endpoint of its own, by which the provider knows it. */
  const configure = (id: number): string => {
    const file = path.join(folder, `${id}.json`);
    const crm = { tokenEndpoint: `${provider}/by/${id}/token`, clientId: 'broker' };
    writeFileSync(
      file,
      JSON.stringify({
        providers: { crm },
        keys: { encryption: [{ env: 'ENCRYPTION_KEY' }], api: [entry] },
        listen: { port: 0 },
        operator: { port: 0 },
        limits: { notice: NOTICE },
      }),
    );
    return file;
  };
  const start: Fleet['start'] = async (place) => {
    const id = ids++;
    const process = startProcess(['--config', configure(id)], {
      env: { DATABASE_URL: database, ENCRYPTION_KEY: encryption.toString('base64') },
    });
    const { listen, operator } = await process.line('start');
    balancer.point(place, Number(new URL(String(listen)).port));
    all.push({ id, place, process, operator: String(operator), listening: Date.now() });
  };
  const metricsOf = async ({ operator }: Running): Promise<string> => {
    const text = await (await fetch(`${operator}/metrics`)).text();
    words.look('the metrics', text);
    return text;
  };
  const untilStored = async (running: Running): Promise<void> => {
    while (!/^unexpired_not_durable 0$/m.test(await metricsOf(running)))
      await new Promise((resolve) => setTimeout(resolve, LOOK));
  };
  const end = async (place: number, signal: 'SIGKILL' | 'SIGTERM'): Promise<void> => {
    const running = inPlace(place);
    running.ended = { signal, at: Date.now() };
    running.process.child.kill(signal);
    const how = await running.process.ended;
    if (signal === 'SIGTERM' && how !== 0)
      throw new Error(`ended with ${how}: ${running.process.stderr}`);
  };

  return {
    key,
    start,
    async kill(place) {
      await untilStored(inPlace(place));
      await end(place, 'SIGKILL');
    },
    drain: (place) => end(place, 'SIGTERM'),
    async allStored() {
      await Promise.all(running().map(untilStored));
    },
    async scrape() {
      await Promise.all(running().map(metricsOf));
    },
    replicas(sessions) {
      const hash = sessionHash(encryption);
      const keys = new Map(sessions.map((session) => [hash(session), session]));
      return all.map(({ id, place, process, listening, ended }) => {
        words.look('the log', process.stdout);
        words.look('the errors', process.stderr);
        return { id, place, listening, ended, refreshes: refreshesIn(process.lines, keys) };
      });
    },
    async stop() {
      for (const { process } of all) {
        process.child.kill('SIGKILL');
        await process.ended;
      }
      rmSync(folder, { recursive: true });
    },
  };
}

const refreshesIn = (
  lines: BrokerProcess['lines'],
  keys: ReadonlyMap<string, string>,
): Replica['refreshes'] =>
  lines
    .filter(({ event }) => event === 'refresh')
    .map(({ session, time, outcome }) => ({
      session: keys.get(String(session)) ?? 'unknown',
      at: Date.parse(String(time)),
      outcome: String(outcome),
    }));
