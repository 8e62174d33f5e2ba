import { readFile, writeFile } from 'node:fs/promises';
import type { SessionRecord } from 'unexpired';
import { newFolder } from './folder.ts';
import type { Answers, FileSetup, Order, Refreshed } from './orders.ts';
import { type Member, start } from './program.ts';
import { CLIENT_ID, startStrictProvider, type StrictProvider } from './provider.ts';
import { recordOf } from './records.ts';
import { openSqliteCell } from './sqlite-store.ts';

/** What became of many processes on one store. */
export interface FleetResult {
  /** Requests that got a token, all of one expiry the same, that the server knows. */
  readonly answered: number;
  /** Codes of those that did not. */
  readonly errors: readonly string[];
  /** Expiries after which not everybody had the same token, or one that the server does not know. */
  readonly odd: number;
  readonly redemptions: number;
  readonly refusals: number;
  readonly revocations: number;
  /** The generation that the store holds in the end; it began with 0. */
  readonly gen: number;
  /** Processes that did not end well when told to. */
  readonly crashed: number;
}

/** Where the session of a fleet is kept, and which program works on it. */
export interface FleetPlace {
  /** Starts one process or thread of the fleet. */
  start(provider: StrictProvider): Member;
  write(record: SessionRecord): Promise<void>;
  read(): Promise<SessionRecord>;
  remove(): Promise<void>;
}

export interface FleetPlan {
  readonly processes: number;
  readonly expiries: number;
  readonly requests: number;
  /** `handOver`: ms from the commit of the refresh until the last process had the new token. */
  readonly progress?: (expiry: number, handOver: number) => void;
}

const HOUR = 3_600_000;

/** What a fleet has to come to: every request answered, every refresh token redeemed once, nothing refused or revoked. */
export const flawless = ({ processes, expiries, requests }: FleetPlan): FleetResult => ({
  answered: processes * expiries * requests,
  errors: [],
  odd: 0,
  redemptions: expiries,
  refusals: 0,
  revocations: 0,
  gen: expiries,
  crashed: 0,
});

/** A fleet on a credentials file, of processes unless it is started otherwise; `names` of its managers, in turn. */
export async function fileFleet(
  startMember: (name: string, args: readonly string[]) => Member = start,
  names: readonly string[] = [],
): Promise<FleetPlace> {
  const folder = await newFolder();
  const file = folder.at('credentials.json');
  let started = 0;
  return {
    start({ tokenEndpoint, revocationEndpoint }) {
      const name = names[started++ % names.length];
      const urls = { tokenEndpoint, revocationEndpoint };
      const setup: FileSetup = { file, name, ...urls, clientId: CLIENT_ID };
      return startMember('client', [JSON.stringify(setup)]);
    },
    write: (record) => writeFile(file, JSON.stringify(record), { mode: 0o600 }),
    read: async () => JSON.parse(await readFile(file, 'utf8')) as SessionRecord,
    remove: folder.remove,
  };
}

/** A fleet on a row of a table with a version and no lock: SQLite, as a user would write it. */
export async function sqliteFleet(): Promise<FleetPlace> {
  const folder = await newFolder();
  const file = folder.at('sessions.db');
  const cell = openSqliteCell(file);
  return {
    start({ tokenEndpoint, revocationEndpoint }) {
      const setup: FileSetup = { file, tokenEndpoint, revocationEndpoint, clientId: CLIENT_ID };
      return start('sqlite-client', [JSON.stringify(setup)]);
    },
    async write(record) {
      await cell.store.write(record, (await cell.store.read())?.version);
    },
    async read() {
      const found = await cell.store.read();
      if (found?.value === undefined) throw new Error('The table holds no session.');
      return found.value as SessionRecord;
    },
    async remove() {
      cell.close();
      await folder.remove();
    },
  };
}

/** Lets so many processes live through so many expiries, `requests` at once from each after every one. */
export async function runFleet(plan: FleetPlan, place: FleetPlace): Promise<FleetResult> {
  const provider = await startStrictProvider();
  const programs: Member[] = [];
  let [answered, odd] = [0, 0];
  const errors: string[] = [];
  try {
    await place.write(recordOf(0, { refreshToken: await provider.newRefreshToken() }));
    for (let count = 0; count < plan.processes; count++) programs.push(place.start(provider));
    await Promise.all(programs.map((program) => program.next('ready')));
    // Who reads the session for the first time when another one has refreshed it is told of no refresh: all read it before that.
    for (const program of programs)
      program.tell({ kind: 'ask', advance: 0, requests: 1 } satisfies Order);
    await Promise.all(programs.map((program) => program.next('answers')));
    const order: Order = { kind: 'ask', advance: HOUR, requests: plan.requests };
    for (let expiry = 1; expiry <= plan.expiries; expiry++) {
      for (const program of programs) program.tell(order);
      const all = await Promise.all(programs.map((program) => program.next<Answers>('answers')));
      const tokens = all
        .flatMap((answers) => answers.tokens)
        .filter((token) => token !== undefined);
      errors.push(...all.flatMap((answers) => answers.errors));
      answered += tokens.length;
      if (new Set(tokens).size !== 1 || !(await provider.isLiveAccess(String(tokens[0])))) odd++;
      const refreshed = await Promise.all(
        programs.map((program) => program.next<Refreshed>('refreshed')),
      );
      const committed = refreshed.find(({ by }) => by === 'self')?.at ?? Number.NaN;
      plan.progress?.(expiry, Math.max(...refreshed.map(({ at }) => at)) - committed);
    }
    for (const program of programs) program.tell({ kind: 'close' } satisfies Order);
    const ends = await Promise.all(programs.map(({ ended }) => ended));
    const { redemptions, refusals, revocations } = provider;
    const { gen } = await place.read();
    return {
      answered,
      errors,
      odd,
      redemptions,
      refusals,
      revocations,
      gen,
      crashed: ends.filter(({ code }) => code !== 0).length,
    };
  } finally {
    await Promise.all(programs.map((program) => program.kill()));
    await provider.stop();
    await place.remove();
  }
}
