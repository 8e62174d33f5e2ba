import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from '@jest/globals';
import { createAuthorizer } from '../src/http/authorizer.ts';
import { settle, testClock } from './support/clock.ts';
import { countingSignal } from './support/counting-signal.ts';
import { strictServer } from './support/server.ts';
import { httpError, outcome, testSession } from './support/session.ts';
import { sharedCell } from './support/shared-cell.ts';

it('1,000 managers created, used in every way and closed leave no timer and no subscription', async () => {
  const clock = testClock();
  const cell = sharedCell({
    accessToken: 'first',
    refreshToken: 'rt-1',
    expiresAt: clock.now() + 3_600_000,
  });
  const long = countingSignal();
  let mostSubscribers = 0;
  for (let index = 0; index < 1000; index++) {
    const { server, tokens } = testSession({
      clock,
      seed: index + 1,
      server: strictServer(),
      store: cell.open(),
      revoke: async () => undefined,
    });
    const wait = { signal: long.signal };
    if (index % 7 !== 6) await outcome(tokens.getToken(wait));
    if (index % 7 === 1)
      await tokens.setSession({
        accessToken: `at-${index}`,
        refreshToken: `rt-${index}`,
        expiresAt: clock.now() + 3_600_000,
      });
    if (index % 7 === 2) await outcome(tokens.refresh(wait));
    if (index % 7 === 3)
      server.next(() => {
        throw httpError(500);
      });
    if (index % 7 === 4) await tokens.signOut();
    const last = outcome(tokens.refresh(wait));
    mostSubscribers = Math.max(mostSubscribers, cell.subscribers);
    await tokens.close();
    await last;
    await settle(); // a look at the store that a notice had started
    expect([clock.pending, cell.subscribers, long.listeners]).toEqual([0, 0, 0]);
  }
  expect(mostSubscribers).toBe(1);
});

it('1,000 closed managers are garbage, while their store, their signal and their clock live on', async () => {
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void;
  const clock = testClock();
  const cell = sharedCell({
    accessToken: 'first',
    refreshToken: 'rt-1',
    expiresAt: clock.now() + 3_600_000,
  });
  const long = countingSignal();
  /** What only the manager holds on to, besides itself: the refresh function that it was given. */
  const use = async (seed: number): Promise<WeakRef<object>[]> => {
    const server = strictServer();
    const { tokens } = testSession({ clock, seed, server, store: cell.open() });
    await outcome(tokens.getToken({ signal: long.signal }));
    if (seed % 10 === 0) await outcome(tokens.refresh({ signal: long.signal }));
    await tokens.close();
    return [new WeakRef(tokens), new WeakRef(server.refresh)];
  };
  const closed: WeakRef<object>[] = [];
  for (let index = 0; index < 1000; index++) closed.push(...(await use(index)));
  let alive = closed.length;
  // What a turn has looked at is kept until its end.
  for (let turn = 0; turn < 20 && alive > 0; turn++) {
    await new Promise((resolve) => setImmediate(resolve));
    collectGarbage();
    alive = closed.filter((one) => one.deref() !== undefined).length;
  }
  expect(alive).toBe(0);
}, 60_000);

it('100,000 requests that share one long-lived signal leave no listener', async () => {
  const { clock, server, tokens } = testSession();
  const long = countingSignal();
  for (let round = 0; round < 10; round++) {
    const open = server.hold();
    const waits = Array.from({ length: 10_000 }, () => tokens.getToken({ signal: long.signal }));
    open();
    await Promise.all(waits);
    expect(long.listeners).toBe(0);
    await clock.advance(3_600_000);
  }
  expect(server.calls).toBe(10);
});

it('100,000 requests signed and judged for an adapter, refused or not, leave no listener on the signal that they share', async () => {
  const long = countingSignal();
  let good = 'one';
  const authorize = createAuthorizer(
    {
      getToken: async () => ({ accessToken: 'one' }),
      replaceRejected: async () => ({ accessToken: good }),
    },
    { origins: ['https://api.example.com'] },
  );
  const refused = { url: '', status: 401, headers: new Headers(), json: async () => undefined };
  const answered = { ...refused, status: 200 };
  for (let round = 0; round < 200; round++) {
    good = round % 2 === 0 ? 'two' : 'one';
    const verdicts = await Promise.all(
      Array.from({ length: 500 }, async (_, index) => {
        const signature = await authorize({
          method: 'GET',
          url: 'https://api.example.com/a',
          signal: long.signal,
        });
        return signature?.judge(index % 2 === 0 ? refused : answered, true);
      }),
    );
    expect([verdicts.length, long.listeners]).toEqual([500, 0]);
  }
}, 60_000);

it('a fresh token costs no read of the store, no lock and no timer', async () => {
  const clock = testClock();
  const cell = sharedCell({ accessToken: 'a', expiresAt: clock.now() + 3_600_000 });
  let locks = 0;
  const lock = {
    request: async () => {
      locks++;
      throw new Error('not needed');
    },
  };
  const { tokens } = testSession({ clock, store: cell.open({ lock }) });
  await tokens.getToken();
  const reads = cell.reads;
  const first = tokens.getToken();
  for (let call = 0; call < 1000; call++) expect(tokens.getToken()).toBe(first);
  await settle();
  expect([cell.reads - reads, cell.writes, locks, clock.pending]).toEqual([0, 0, 0, 0]);
});

it('memory: a session that goes on for long remembers a bounded number of its tokens', async () => {
  const { clock, tokens } = testSession({ expiresIn: 3_600_000 });
  await tokens.getToken();
  for (let round = 0; round < 1100; round++) {
    await tokens.refresh();
    await clock.advance(1000);
  }
  expect(tokens.issued?.('at-1')).toBe(false);
  expect(tokens.issued?.('at-1101')).toBe(true);
  expect(await outcome(tokens.replaceRejected('at-1'))).toBeUndefined();
});

it('a program with a token that expires in 40 days, and one that waits in vain for the token endpoint, ends by itself', async () => {
  const program = fileURLToPath(new URL('./support/forty-days.ts', import.meta.url));
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    ['--no-warnings', program],
    {
      timeout: 15_000,
      killSignal: 'SIGKILL',
    },
  );
  expect(stderr).toBe('');
  expect(stdout.trim()).toBe('a b ERR_WAIT_LIMIT');
});
