import { describe, expect, it } from '@jest/globals';
import { settle } from '../support/clock.ts';
import { outcome } from '../support/session.ts';
import { leftWhileRefreshing, testPool } from '../support/pool.ts';

/** A session whose refresh goes on, and nobody waits for, closed by hand. */
async function closedWhileRefreshing() {
  const all = await leftWhileRefreshing();
  const closing = all.pool.get('a').close();
  return { ...all, closing };
}

describe('a manager of a pool that was closed', () => {
  it('has one flight a key although the manager was closed while a refresh went on that nobody waits for', async () => {
    const { pool, answer, refreshes, closing } = await closedWhileRefreshing();
    const again = pool.get('a').getToken();
    const impatient = new AbortController();
    const reason = new Error('does not wait for that');
    const aborted = pool.get('a').getToken({ signal: impatient.signal });
    impatient.abort(reason);
    await expect(aborted).rejects.toBe(reason);
    await settle(); // time enough for a second flight
    answer();
    expect((await again)?.accessToken).toBe('a-2');
    expect(refreshes).toEqual(['a-2']);
    await closing;
  });

  it('keeps nobody waiting for longer than 30 s for a manager that was closed while its refresh hangs', async () => {
    const { pool, clock } = await closedWhileRefreshing();
    const waiting = pool.get('a').getToken();
    const refused = expect(waiting).rejects.toMatchObject({
      code: 'ERR_WAIT_LIMIT',
      message: 'The session was being closed for more than 30000 ms',
    });
    await clock.advance(29_999);
    expect(
      await Promise.race([waiting.catch(() => 'ended'), Promise.resolve('still waiting')]),
    ).toBe('still waiting');
    await clock.advance(1);
    await refused;
  });

  it('that was never used, and a session that was not, close at once', async () => {
    const { pool, created } = testPool();
    await pool.get('a').close();
    await pool.close();
    expect(created).toEqual([]);
  });

  it('drops one manager when its session is closed, and all when the pool is, after what was sent has been stored', async () => {
    const { pool, clock, cellOf, server, answer } = testPool();
    await pool.get('a').getToken();
    await pool.get('b').getToken();
    await pool.get('a').close();
    expect(pool.size).toBe(1);
    server.holds = true;
    const waiting = outcome(pool.get('b').refresh());
    await settle();
    const closing = pool.close();
    answer();
    await closing;
    expect(await waiting).toBe('b-2');
    expect((await cellOf('b').open().read())?.value).toMatchObject({ gen: 1 });
    await expect(pool.get('b').getToken()).rejects.toMatchObject({
      code: 'ERR_CLOSED',
      message: 'The token pool was closed',
    });
    expect([pool.size, clock.pending, cellOf('b').subscribers]).toEqual([0, 0, 0]);
  });
});
