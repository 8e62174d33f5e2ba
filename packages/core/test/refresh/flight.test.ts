import { describe, expect, it } from '@jest/globals';
import { TokenError } from '../../src/errors/errors.ts';
import type { Clock } from '../../src/index.ts';
import type { SessionRecord } from '../../src/session/store.ts';
import { settle, testClock } from '../support/clock.ts';
import { expired, type FlightStage, flightStage, fresh, refusal } from '../support/flight.ts';

const left = [{ type: 'left' }];
const current = [{ type: 'current' }];
const failedWith = (code: string, message: string) => [
  expect.objectContaining({ type: 'failed', error: expect.objectContaining({ code, message }) }),
];
const peers = (session: string): SessionRecord => ({ ...fresh(0, 2e12), session });

/** A flight that waits for a lock that somebody else has. */
const waiting = async (
  stored: Parameters<typeof flightStage>[0],
  changes?: Parameters<typeof flightStage>[1],
): Promise<FlightStage> => {
  const stage = flightStage(stored, changes);
  stage.script.mode = 'never';
  stage.start();
  await settle();
  expect(stage.script.waiting).toBe(1);
  return stage;
};

it('one flight reads, marks, redeems, stores and shows, once each', async () => {
  const { start, ends, spent, shared, state, script, clock } = flightStage(expired(1));
  await start().done;
  expect(ends).toEqual(current);
  expect(spent).toEqual([expired(1).tokens]);
  expect(shared.history.map(({ gen, intent }) => [gen, intent])).toEqual([
    [1, { gen: 1, owner: 'me', startedAt: clock.now(), attempt: 1 }],
    [2, undefined],
  ]);
  expect(shared.reads).toBe(2);
  expect(state).toMatchObject({
    stored: true,
    held: { record: { session: 's', gen: 2 }, token: { accessToken: 'new' } },
  });
  expect([script.holders, clock.pending]).toEqual([0, 0]);
});

describe('while it waits for the lock', () => {
  it('a sign-out ends it', async () => {
    const { state, ends, spent } = await waiting(expired(1));
    state.leave('self');
    await settle();
    expect([ends, spent]).toEqual([left, []]);
  });

  it('another sign-in ends it', async () => {
    const { state, ends, spent } = await waiting(expired(1));
    state.take({ record: peers('t'), version: undefined }, 'peer');
    await settle();
    expect([ends, spent]).toEqual([left, []]);
  });

  it('a sign-in ends the search for a session, which is found', async () => {
    const { shared, state, ends, spent } = await waiting(undefined);
    shared.put(peers('t'));
    state.take({ record: peers('t'), version: undefined }, 'peer');
    await settle();
    expect([ends, spent]).toEqual([current, []]);
  });

  it('a sign-out ends the search for a session', async () => {
    const { state, ends, spent } = await waiting(undefined);
    state.leave('self');
    await settle();
    expect([ends, spent]).toEqual([left, []]);
  });

  it('a newer generation ends it', async () => {
    const { clock, shared, state, ends, spent } = await waiting(expired(1));
    shared.put(fresh(2, clock.now()));
    state.take({ record: fresh(2, clock.now()), version: undefined }, 'peer');
    await settle();
    expect([ends, spent]).toEqual([current, []]);
  });

  it('the end of the session ends it, unless somebody asked for this very refresh', async () => {
    const error = new TokenError('ERR_SESSION_ENDED');
    const { state, ends, spent } = await waiting(expired(1));
    state.markDead(error);
    await settle();
    expect([ends, spent]).toEqual([[{ type: 'dead', error }], []]);

    const asked = flightStage(expired(1));
    asked.state.markDead(error);
    await asked.start('requested').done;
    expect([asked.ends, asked.spent]).toEqual([current, [expired(1).tokens]]);
  });

  it('closing ends it with an error that says so', async () => {
    const stage = flightStage(expired(1));
    stage.script.mode = 'never';
    const flight = stage.start();
    await settle();
    stage.outside.closed = true;
    flight.interrupt();
    await settle();
    expect(stage.ends).toEqual(failedWith('ERR_CLOSED', 'The token manager was closed'));
    expect(stage.spent).toEqual([]);
  });

  it('35 s are the most that it waits', async () => {
    const { clock, ends } = await waiting(expired(1));
    await clock.advance(34_999);
    expect(ends).toEqual([]);
    await clock.advance(1);
    expect(ends).toEqual(
      failedWith('ERR_REFRESH_UNAVAILABLE', 'The lock "lock" was not free within 35000 ms'),
    );
  });

  it('a generation that arrives at the last moment is what it ends with', async () => {
    const { clock, shared, ends } = await waiting(expired(1));
    shared.put(fresh(2, clock.now()));
    await clock.advance(35_000);
    expect(ends).toEqual(current);
  });
});

describe('with the lock', () => {
  it('what a peer has refreshed meanwhile is taken, and nothing is written or sent', async () => {
    const stage = flightStage(expired(1));
    stage.script.onGrant = () => stage.shared.put(fresh(2, stage.clock.now()));
    await stage.start().done;
    expect(stage.ends).toEqual(current);
    expect([stage.spent, stage.shared.writes]).toEqual([[], 0]);
  });

  it('a sign-out while the intent is written: nothing is sent', async () => {
    const stage = flightStage(expired(1));
    stage.shared.hooks.afterWrite = () => stage.state.leave('self');
    await stage.start().done;
    expect([stage.ends, stage.spent]).toEqual([left, []]);
  });

  it('a store that is always written by others is given up after a hundred times', async () => {
    const stage = flightStage(expired(1));
    stage.shared.hooks.beforeWrite = () => stage.shared.put(expired(1));
    await stage.start().done;
    expect(stage.ends).toEqual(
      failedWith('ERR_REFRESH_UNAVAILABLE', 'The store was always written by others'),
    );
    expect([stage.shared.writes, stage.spent]).toEqual([101, []]);
  });

  it('a lease that runs out before anything was sent is asked for again, three times in all', async () => {
    const stage = flightStage(expired(1));
    stage.script.leased = true;
    stage.shared.hooks.afterWrite = () => stage.script.loseLease();
    await stage.start().done;
    expect(stage.ends).toEqual(
      failedWith('ERR_REFRESH_UNAVAILABLE', 'The lease of "lock" ran out 3 times'),
    );
    expect([stage.script.requests, stage.spent]).toEqual([3, []]);
    expect(stage.shared.record).toEqual(expired(1));
  });

  it('a token endpoint that never answers is listened to for a minute, in the background', async () => {
    const timers: { readonly delay: number; readonly background: boolean | undefined }[] = [];
    const base = testClock();
    const clock: Clock = {
      ...base,
      setTimeout(task, delay, background) {
        timers.push({ delay, background });
        return base.setTimeout(task, delay);
      },
    };
    const stage = flightStage(expired(1), { clock });
    stage.outside.answer = () => new Promise(() => undefined);
    stage.start();
    await base.advance(64_999);
    expect(stage.ends).toEqual([]);
    await base.advance(1);
    expect(stage.ends).toEqual([
      {
        type: 'failed',
        silence: 60_000,
        error: expect.objectContaining({
          code: 'ERR_REFRESH_UNAVAILABLE',
          delivery: 'unanswered',
          message: expect.stringMatching(
            /^The refresh got no answer within 60000 ms\. .*tokens: false$/,
          ),
        }),
      },
    ]);
    expect(stage.doubted).toEqual([expired(1)]);
    expect(timers.length).toBeGreaterThan(0);
    expect(timers.filter(({ background }) => background !== true)).toEqual([]);
  });

  it('a wait between two tries is not cut short by news that change nothing', async () => {
    const stage = flightStage(expired(1));
    stage.outside.answer = () => {
      throw Object.assign(new Error('busy'), { status: 429, headers: { 'retry-after': '5' } });
    };
    const flight = stage.start();
    await settle();
    flight.interrupt();
    await stage.clock.advance(4999);
    expect(stage.spent).toHaveLength(1);
    await stage.clock.advance(1);
    expect(stage.spent).toHaveLength(2);
  });
});

describe('a store that is behind memory', () => {
  it('is written first, and then known to hold the session', async () => {
    const stage = flightStage(expired(3));
    stage.shared.put(expired(2));
    stage.state.stored = false;
    let storedFirst: boolean | undefined;
    stage.outside.answer = () => {
      storedFirst = stage.state.stored;
      return { access_token: 'new' };
    };
    await stage.start().done;
    expect([stage.ends, storedFirst]).toEqual([current, true]);
    expect(stage.spent).toEqual([expired(3).tokens]);
    expect(stage.shared.history.map(({ gen, intent }) => [gen, intent === undefined])).toEqual([
      [3, true],
      [3, false],
      [4, true],
    ]);
    expect(stage.shared.writes).toBe(3);
  });

  it('and is written by a peer meanwhile is read again, and not overwritten', async () => {
    const stage = flightStage(expired(3));
    stage.shared.put(expired(2));
    stage.shared.hooks.beforeWrite = () => {
      stage.shared.hooks.beforeWrite = undefined;
      stage.shared.put(fresh(4, stage.clock.now()));
    };
    await stage.start().done;
    expect([stage.ends, stage.spent, stage.shared.history]).toEqual([current, [], []]);
    expect(stage.state.held?.record.gen).toBe(4);
  });

  it('is not written any more once somebody has signed in to another session', async () => {
    const stage = flightStage(expired(3));
    stage.shared.put(expired(2));
    stage.shared.hooks.beforeWrite = () => {
      stage.shared.hooks.beforeWrite = undefined;
      stage.shared.put(expired(1));
      stage.state.commit({ ...fresh(0, 2e12), session: 't' }, false, 'signIn');
    };
    await stage.start().done;
    expect(stage.ends).toEqual(left);
    expect(stage.shared.history).toEqual([]);
  });

  it('with a session that was signed out of here, is not searched for another one', async () => {
    const stage = flightStage(undefined);
    stage.state.leave('self');
    stage.state.bury('s');
    stage.shared.put(expired(2));
    await stage.start().done;
    expect([stage.ends, stage.spent, stage.shared.writes]).toEqual([left, [], 0]);
  });
});

describe('the intent of somebody else', () => {
  const marked = (gen: number, owner: string) => ({
    ...expired(1),
    intent: { gen, owner, startedAt: 0, attempt: 1 },
  });

  it('under a lease is waited for, 65 s, and then it is doubtful what became of the token', async () => {
    const stage = flightStage(marked(1, 'other'));
    stage.script.leased = true;
    stage.start();
    await stage.clock.advance(64_999);
    expect(stage.spent).toEqual([]);
    await stage.clock.advance(1);
    expect([stage.ends, stage.spent.length, stage.doubted.length]).toEqual([current, 1, 1]);
  });

  it('under a lock that only its death frees is doubtful, and not waited for', async () => {
    const stage = flightStage(marked(1, 'other'));
    await stage.start().done;
    expect([stage.ends, stage.doubted.length]).toEqual([current, 1]);
  });

  it('for an earlier generation says nothing of this one', async () => {
    const stage = flightStage(marked(0, 'other'));
    stage.script.leased = true;
    await stage.start().done;
    expect([stage.ends, stage.doubted]).toEqual([current, []]);
  });

  it('that came between two tries is doubtful, while our own is not', async () => {
    const stage = flightStage(expired(1));
    let calls = 0;
    stage.outside.answer = () => {
      if (calls++ > 0) return { access_token: 'new' };
      throw Object.assign(new Error('busy'), { status: 429, headers: { 'retry-after': '1' } });
    };
    stage.start();
    await stage.clock.advance(1000);
    expect([stage.ends, stage.doubted]).toEqual([current, []]);

    const other = flightStage(expired(1));
    calls = 0;
    other.outside.answer = stage.outside.answer;
    other.start();
    await settle();
    other.shared.put(marked(1, 'other'));
    await other.clock.advance(1000);
    expect([other.ends, other.doubted.length]).toEqual([current, 1]);
  });

  it('or our own of an earlier flight, is doubtful', async () => {
    const stage = flightStage(marked(1, 'me'));
    await stage.start().done;
    expect([stage.ends, stage.doubted.length]).toEqual([current, 1]);
  });
});

describe('a refusal', () => {
  const refusing = (meanwhile: (stage: FlightStage) => void) => {
    const stage = flightStage(expired(1));
    stage.outside.answer = () => {
      meanwhile(stage);
      throw refusal();
    };
    return stage;
  };

  it('ends the session, for all who read the store', async () => {
    const stage = refusing(() => undefined);
    await stage.start().done;
    expect(stage.ends).toEqual([
      { type: 'dead', error: expect.objectContaining({ code: 'ERR_SESSION_ENDED' }) },
    ]);
    expect(stage.shared.record).toEqual({
      ...expired(1),
      dead: { gen: 1, code: 'invalid_grant', at: stage.clock.now() },
    });
  });

  it('ends it also while the manager closes', async () => {
    const stage = refusing(({ outside }) => (outside.closed = true));
    await stage.start().done;
    expect(stage.ends).toMatchObject([{ type: 'dead' }]);
    expect(stage.shared.record?.dead).toMatchObject({ gen: 1 });
  });

  it('of a token that a peer has redeemed meanwhile ends nothing, though the peer’s is due already', async () => {
    const stage = refusing(({ shared }) => shared.put(expired(2)));
    await stage.start().done;
    expect([stage.ends, stage.shared.record]).toEqual([current, expired(2)]);
  });

  it('of a session that another one has replaced meanwhile is of no interest', async () => {
    const stage = refusing(({ shared }) => shared.put(peers('t')));
    await stage.start().done;
    expect([stage.ends, stage.shared.record]).toEqual([left, peers('t')]);
  });

  it('is not written over a session that somebody signs in to at that moment', async () => {
    const stage = refusing(({ shared, state }) => {
      shared.hooks.beforeWrite = () => {
        shared.hooks.beforeWrite = undefined;
        shared.put(peers('t'));
        state.take({ record: peers('t'), version: undefined }, 'peer');
      };
    });
    await stage.start().done;
    expect([stage.ends, stage.shared.record]).toEqual([left, peers('t')]);
  });

  it('is not written over what a peer writes at that moment', async () => {
    const stage = refusing(({ shared, clock }) => {
      shared.hooks.beforeWrite = () => {
        shared.hooks.beforeWrite = undefined;
        shared.put(fresh(2, clock.now()));
      };
    });
    await stage.start().done;
    expect([stage.ends, stage.shared.record]).toEqual([current, fresh(2, stage.clock.now())]);
  });
});

describe('a refresh that surely was not processed', () => {
  const unsent = new TokenError('ERR_REFRESH_CONFIGURATION', {
    message: 'no client',
    delivery: 'unsent',
  });

  it('leaves no intent behind', async () => {
    const stage = flightStage(expired(1));
    stage.outside.answer = () => {
      throw unsent;
    };
    await stage.start().done;
    expect(stage.ends).toEqual([{ type: 'failed', error: unsent, silence: 0 }]);
    expect(stage.shared.record).toEqual(expired(1));
    expect(stage.doubted).toEqual([]);
  });

  it.each<[string, SessionRecord | undefined]>([
    [
      'another session',
      { ...peers('t'), gen: 1, intent: { gen: 1, owner: 'me', startedAt: 0, attempt: 1 } },
    ],
    [
      'a newer generation',
      { ...expired(2), intent: { gen: 2, owner: 'me', startedAt: 0, attempt: 1 } },
    ],
    [
      'the intent of somebody else',
      { ...expired(1), intent: { gen: 1, owner: 'other', startedAt: 0, attempt: 1 } },
    ],
    ['no intent any more', expired(1)],
    ['nothing', undefined],
  ])('leaves %s as it is', async (_, found) => {
    const stage = flightStage(expired(1));
    stage.outside.answer = () => {
      stage.shared.put(found);
      throw unsent;
    };
    await stage.start().done;
    expect(stage.shared.record).toEqual(found);
    expect(stage.shared.history).toHaveLength(1);
  });

  it('of nothing leaves the store alone', async () => {
    const stage = flightStage(undefined);
    stage.outside.answer = () => {
      throw unsent;
    };
    await stage.start('empty').done;
    expect([stage.shared.reads, stage.shared.writes, stage.doubted]).toEqual([2, 0, []]);
  });
});

it('a search for a session whose answer was lost leaves nothing in doubt', async () => {
  const stage = flightStage(undefined);
  stage.outside.answer = () => {
    throw new TypeError('fetch failed');
  };
  await stage.start('empty').done;
  expect(stage.ends).toMatchObject([
    { type: 'failed', error: { code: 'ERR_REFRESH_UNAVAILABLE' } },
  ]);
  expect(stage.doubted).toEqual([]);
});

describe('a lock that fails', () => {
  const lock = (reason: unknown) => ({ request: () => Promise.reject(reason) });

  it('is an error that says so, with its own as the cause', async () => {
    const stage = flightStage(expired(1), { lock: lock(new Error('connect ECONNREFUSED')) });
    await stage.start().done;
    expect(stage.ends).toEqual([
      {
        type: 'failed',
        silence: 0,
        error: expect.objectContaining({
          code: 'ERR_REFRESH_UNAVAILABLE',
          message: 'The lock failed',
          cause: expect.objectContaining({ message: 'connect ECONNREFUSED' }),
        }),
      },
    ]);
  });

  it('with nothing at all is an error just so', async () => {
    const stage = flightStage(expired(1), { lock: lock(undefined) });
    await stage.start().done;
    expect(stage.ends).toEqual(failedWith('ERR_REFRESH_UNAVAILABLE', 'The lock failed'));
  });

  it('and knows why says so itself, also from another copy of the library', async () => {
    const own = Object.assign(new Error('Store "x" holds something else'), {
      code: 'ERR_STORE_RECORD',
    });
    const stage = flightStage(expired(1), { lock: lock(own) });
    await stage.start().done;
    expect(stage.ends).toEqual([{ type: 'failed', error: own, silence: 0 }]);
  });
});
