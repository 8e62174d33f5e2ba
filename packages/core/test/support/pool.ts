import {
  createTokenPool,
  type TokenManagerOptions,
  type TokenPoolOptions,
} from '../../src/index.ts';
import { settle, testClock } from './clock.ts';
import { seededRandom } from './random.ts';
import { outcome } from './session.ts';
import { type SharedCell, sharedCell } from './shared-cell.ts';

export const MINUTE = 60_000;

/** A pool of sessions that each have a store of their own, and a server that answers when it is let. */
export function testPool(options: TokenPoolOptions = {}) {
  const clock = testClock();
  const cells = new Map<string, SharedCell>();
  const created: string[] = [];
  const refreshes: string[] = [];
  const held: (() => void)[] = [];
  const server = { holds: false };
  const cellOf = (key: string, expiresIn = 60 * MINUTE): SharedCell => {
    let cell = cells.get(key);
    if (cell === undefined) {
      cell = sharedCell({
        accessToken: `${key}-1`,
        refreshToken: `${key}-rt-1`,
        expiresAt: clock.now() + expiresIn,
      });
      cells.set(key, cell);
    }
    return cell;
  };
  const create = (key: string): TokenManagerOptions => {
    created.push(key);
    return {
      name: key,
      clock,
      random: seededRandom(created.length),
      store: cellOf(key).open(),
      async refresh({ refreshToken }) {
        const number = Number(/\d+$/.exec(String(refreshToken))?.[0]) + 1;
        refreshes.push(`${key}-${number}`);
        if (server.holds) await new Promise<void>((resolve) => held.push(resolve));
        return {
          accessToken: `${key}-${number}`,
          refreshToken: `${key}-rt-${number}`,
          expiresAt: clock.now() + 60 * MINUTE,
        };
      },
    };
  };
  const pool = createTokenPool(create, { clock, ...options });
  return {
    pool,
    clock,
    cellOf,
    created,
    refreshes,
    server,
    answer: () => held.splice(0).forEach((resolve) => resolve()),
  };
}

/** A session whose refresh goes on, and nobody waits for. */
export async function leftWhileRefreshing(options: TokenPoolOptions = {}) {
  const all = testPool(options);
  const { pool, cellOf, server } = all;
  cellOf('a', -1);
  server.holds = true;
  const leaving = new AbortController();
  const left = outcome(pool.get('a').getToken({ signal: leaving.signal }));
  await settle();
  leaving.abort(new Error('left'));
  await left;
  return all;
}
