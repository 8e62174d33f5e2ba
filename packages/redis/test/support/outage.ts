import { setTimeout as pause } from 'node:timers/promises';
import type { SessionRecord, TokenStore } from 'unexpired';
import type { Answers, Order } from '../../../node/test/support/orders.ts';
import type { Program } from '../../../node/test/support/program.ts';
import { CLIENT_ID, startStrictProvider } from '../../../node/test/support/provider.ts';
import { recordOf } from '../../../node/test/support/records.ts';
import { redisStore } from '../../src/index.ts';
import { command } from './clients.ts';
import type { ClientName } from './connection.ts';
import { ioRedis } from './ioredis.ts';
import { start } from './programs.ts';
import { startRedisServer } from './redis-server.ts';
import type { RedisSetup } from './setup.ts';

/** What a Redis that was killed comes back with: what it held then, what it had held before the refresh, or nothing. */
export type Persistence = 'append-only file' | 'older snapshot' | 'nothing';

export interface OutagePlan {
  /** Ms between the kill and the new start. */
  readonly outage: number;
  readonly persistence: Persistence;
  /** Of the process that has just refreshed when Redis is killed; the others use both by turns. */
  readonly holder: ClientName;
}

/** What became of three processes whose Redis was killed right after a rotation. */
export interface OutageResult {
  /** What they were told while there was no Redis, and until all were served again: each outcome once. */
  readonly during: readonly string[];
  /** What they got after it, and after one more expiry: `live` for the one token that all have and the server knows. */
  readonly after: readonly string[];
  readonly redemptions: number;
  readonly refusals: number;
  readonly revocations: number;
}

const HOUR = 3_600_000;
const KEY = 'session:outage';
/** Ms. */
const LEASE = 600;
const OTHERS: readonly ClientName[] = ['node-redis', 'ioredis'];

/**
 * A process has redeemed the refresh token, and Redis is killed before it can store the answer. The others find the token
 * expired, and ask again and again, until all are served; then one more expiry.
 */
export async function runOutage(plan: OutagePlan): Promise<OutageResult> {
  const appendOnly = plan.persistence === 'append-only file';
  const [provider, server] = await Promise.all([
    startStrictProvider(),
    startRedisServer({ appendOnly }),
  ]);
  const { client, close } = ioRedis(server.port);
  const store = redisStore(client, { key: KEY });
  const programs: Program[] = [];
  const begin = (name: ClientName, more: Partial<RedisSetup>): void => {
    const { port } = server;
    const { tokenEndpoint, revocationEndpoint } = provider;
    const place = { client: name, port, key: KEY, lease: LEASE };
    const setup = { ...place, tokenEndpoint, revocationEndpoint, clientId: CLIENT_ID, ...more };
    programs.push(start('client', [JSON.stringify(setup satisfies RedisSetup)]));
  };
  const outcomesOf = async ({ tokens, errors }: Answers): Promise<string[]> => {
    const live = tokens.map(async (token) => {
      if (token == null) return 'signed out'; // JSON has no undefined
      return (await provider.isLiveAccess(token)) ? token : 'a token that is not live';
    });
    const told = errors.map((code) => (code === 'ERR_SIGNED_OUT' ? 'signed out' : code));
    return [...(await Promise.all(live)), ...told];
  };
  const answersOf = async (
    all: readonly Program[],
    { advance = 0, requests = 1 }: Partial<Extract<Order, { kind: 'ask' }>> = {},
  ): Promise<string[]> => {
    for (const one of all) one.tell({ kind: 'ask', advance, requests } satisfies Order);
    const answers = await Promise.all(all.map((one) => one.next<Answers>('answers')));
    return (await Promise.all(answers.map(outcomesOf))).flat();
  };

  try {
    await store.write(recordOf(0, { refreshToken: await provider.newRefreshToken() }), undefined);
    begin(plan.holder, { catch: { step: 'F6 after the answer', how: 'wait' } });
    for (const name of OTHERS) begin(name, {});
    await Promise.all(programs.map((program) => program.next('ready')));
    const [holder, ...others] = programs as [Program, ...Program[]];
    await answersOf(programs); // now all know the session
    await command(client, 'SAVE');

    holder.tell({ kind: 'ask', advance: HOUR, requests: 1 } satisfies Order);
    await holder.next('caught');
    await server.kill();
    holder.tell({ kind: 'go' } satisfies Order);
    const served = await outcomesOf(await holder.next<Answers>('answers'));
    if (!(await provider.isLiveAccess(String(served[0]))))
      throw new Error(`The process that had refreshed was told ${served[0]}`);
    await answersOf(others, { advance: HOUR, requests: 0 });
    const outcomes = new Set<string>();
    const ask = async (): Promise<readonly string[]> => {
      const answers = await answersOf(others);
      for (const one of answers) outcomes.add(one);
      return answers;
    };
    let over = false;
    const passed = pause(plan.outage).then(() => (over = true));
    while (plan.outage > 0 && !over) await ask();
    await passed;
    if (plan.persistence === 'nothing') await server.forget();
    await server.restart();
    // Of what it held before the refresh, only a worker that knows better can tell that it is old: that one comes first.
    if (plan.persistence === 'older snapshot') await stored(store, served[0]);
    while (!(await ask()).every((one) => one === served[0] || one === 'signed out'));
    const last = await answersOf(programs, { advance: HOUR });
    const { redemptions, refusals, revocations } = provider;
    return {
      during: [...outcomes].map((one) => (one === served[0] ? 'live' : one)).sort(),
      after: [...new Set(last)].map((one) =>
        one.startsWith('ERR_') || one.includes(' ') ? one : 'live',
      ),
      redemptions,
      refusals,
      revocations,
    };
  } finally {
    await Promise.all(programs.map((program) => program.kill()));
    close();
    await server.stop();
    await provider.stop();
  }
}

/** Resolves when the store has this access token. */
async function stored(store: TokenStore, accessToken: string | undefined): Promise<void> {
  for (;;) {
    const record = await store.read().then(
      (found) => found?.value as SessionRecord | undefined,
      () => undefined, // the client connects again
    );
    if (record?.tokens?.accessToken === accessToken) return;
  }
}
