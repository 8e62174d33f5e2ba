// A read of a token that is fresh, over the framework's empty JSON: by what the server computes for each, in the same rounds.
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Interval, intervalOf, median } from '../support/median.ts';
import { decimals, printTable, within } from '../support/print.ts';
import { getRequest, type Load, openLoad } from './load.ts';
import {
  callers,
  depositAll,
  readsOf,
  type Server,
  startBroker,
  startFramework,
} from './servers.ts';

const SESSIONS = 100;
const CONNECTIONS = 64;
const ROUNDS = 30;
const WARM_UP = 5;
/** Requests of each contender in each round. */
const TURN = 3000;

interface Contender {
  readonly name: string;
  readonly server: Server;
  readonly load: Load;
  readonly requests: readonly string[];
}

export async function reads(): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'unexpired-bench-'));
  const servers: Server[] = [];
  const loads: Load[] = [];
  const keys = callers(20);
  const against = process.env['UNEXPIRED_AGAINST'];
  const contender = async (
    name: string,
    server: Server,
    requestsOf: (origin: string) => readonly string[],
  ): Promise<Contender> => {
    servers.push(server);
    const load = await openLoad(server.origin, CONNECTIONS);
    loads.push(load);
    return { name, server, load, requests: requestsOf(server.origin) };
  };
  const broker = async (name: string, place: string, checkout?: string): Promise<Contender> => {
    const own = path.join(folder, place);
    await mkdir(own);
    const server = await startBroker({
      ...{ folder: own, checkout, api: keys.map(({ entry }) => entry) },
      providers: { crm: { tokenEndpoint: 'http://127.0.0.1:9/token', clientId: 'benchmark' } },
    });
    await depositAll(server.origin, SESSIONS, keys);
    return contender(name, server, (origin) => readsOf(origin, SESSIONS, keys));
  };
  try {
    const own = await broker('a fresh token', 'own');
    const framework = await contender(
      "the framework's empty JSON",
      await startFramework(),
      (origin) => [getRequest(origin, '/')],
    );
    const contenders = [
      framework,
      {
        ...framework,
        name: 'the same, where the framework reads what the broker is asked',
        requests: readsOf(framework.server.origin, SESSIONS, keys),
      },
      own,
      {
        ...own,
        name: 'a fresh token, asked for with a query: by way of the framework',
        requests: own.requests.map((request) => request.replace(' HTTP', '?query HTTP')),
      },
      ...(against ? [await broker('a fresh token, the other checkout', 'other', against)] : []),
    ];
    print(contenders, await compared(contenders));
  } finally {
    for (const load of loads) load.close();
    await Promise.all(servers.map((server) => server.stop()));
    await rm(folder, { recursive: true });
  }
}

/** For each round the microseconds for one request, by contender. */
async function compared(contenders: readonly Contender[]): Promise<(readonly number[])[]> {
  const rounds: number[][] = [];
  for (let round = -WARM_UP; round < ROUNDS; round++) {
    const times: number[] = [];
    for (const turn of contenders.keys()) {
      const index = (turn + round + WARM_UP) % contenders.length;
      const { server, load, requests } = contenders[index] as Contender;
      const before = await server.figures();
      await load.send(requests, TURN);
      const after = await server.figures();
      times[index] = (after.cpu - before.cpu) / TURN;
    }
    if (round >= 0) rounds.push(times);
  }
  return rounds;
}

function print(contenders: readonly Contender[], rounds: readonly (readonly number[])[]): void {
  const column = (index: number): number[] => rounds.map((times) => times[index] ?? Number.NaN);
  const share = (index: number, of: number): string => {
    const shares = rounds.map((times) => (times[of] ?? Number.NaN) / (times[index] ?? Number.NaN));
    return `${decimals(median(shares), 2)} (${within(intervalOf(shares) satisfies Interval, 2)})`;
  };
  printTable(
    'What the server computes for a request',
    ['', 'microseconds', 'the first, divided by it', 'the second, divided by it'],
    contenders.map(({ name }, index) => [
      name,
      decimals(median(column(index)), 0),
      share(index, 0),
      share(index, 1),
    ]),
  );
}
