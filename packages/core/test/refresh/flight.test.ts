import { describe, expect, it } from '@jest/globals';
import { TokenError } from '../../src/errors/errors.ts';
import type { Clock, RefreshLock } from '../../src/index.ts';
import type { SessionRecord } from '../../src/session/store.ts';
import { tombstoneOf } from '../../src/session/succession.ts';
import { fingerprint } from '../../src/tokens/fingerprint.ts';
import { settle } from '../support/clock.ts';
import {
  another,
  expired,
  type FlightStage,
  flightStage,
  fresh,
  refusal,
} from '../support/flight.ts';
import { scriptedLock } from '../support/scripted-lock.ts';

const left = [{ type: 'left' }];
const ours = [{ type: 'current', by: 'self' }];
const peers = [{ type: 'current', by: 'peer' }];
const failedWith = (code: string, message: string) => [
  expect.objectContaining({ type: 'failed', error: expect.objectContaining({ code, message }) }),
];
const T = 2e12;

/** A flight that waits for a lock that somebody else has. */
const waiting = async (...args: Parameters<typeof flightStage>): Promise<FlightStage> => {
  const stage = flightStage(...args);
  stage.script.mode = 'never';
  stage.start();
  await settle();
  expect(stage.script.waiting).toBe(1);
  return stage;
};

it('one flight reads, marks, redeems, stores and shows, once each', async () => {
  const { start, ends, spent, shared, state, sync, script, clock } = flightStage(expired(1));
  await start().done;
  expect(ends).toEqual(ours);
  expect(spent).toEqual([expired(1).tokens]);
  expect(shared.history.map(({ gen, intent }) => [gen, intent])).toEqual([
    [1, { gen: 1, owner: 'me', startedAt: clock.now(), attempt: 1 }],
    [2, undefined],
  ]);
  expect(shared.record?.spent).toEqual([fingerprint('rt-1')]);
  expect(shared.reads).toBe(2);
  expect(state.current).toMatchObject({
    record: { session: 's', gen: 2 },
    token: { accessToken: 'new', session: 's', generation: 2 },
  });
  expect([sync.owes(), script.holders, clock.pending]).toEqual([false, 0, 0]);
});

it('one flight of a session in memory redeems and shows, and touches no store', async () => {
  const { start, ends, spent, shared, state, script, clock } = flightStage(expired(1), {
    home: 'memory',
  });
  await start().done;
  expect([ends, spent]).toEqual([ours, [expired(1).tokens]]);
  expect([shared.reads, shared.writes]).toEqual([0, 0]);
  expect(state.current?.record).toMatchObject({ session: 's', gen: 2 });
  expect([script.holders, clock.pending]).toEqual([0, 0]);
});

describe.each([{ home: 'memory' }, { home: 'store' }] as const)(
  'while it waits for the lock, with its session in the $home',
  ({ home }) => {
    it('a sign-out ends it', async () => {
      const { signOut, ends, spent } = await waiting(expired(1), { home });
      signOut();
      await settle();
      expect([ends, spent]).toEqual([left, []]);
    });

    it('another sign-in ends it', async () => {
      const { show, shared, ends, spent } = await waiting(expired(1), { home });
      shared.put(another('t', T));
      show(another('t', T));
      await settle();
      expect([ends, spent]).toEqual([left, []]);
    });

    it('a sign-in ends the search for a session, which is found', async () => {
      const { shared, show, ends, spent } = await waiting(undefined, { home });
      shared.put(another('t', T));
      show(another('t', T));
      await settle();
      expect([ends, spent]).toEqual([peers, []]);
    });

    it('a sign-out ends the search for a session', async () => {
      const { signOut, ends, spent } = await waiting(undefined, { home });
      signOut();
      await settle();
      expect([ends, spent]).toEqual([left, []]);
    });

    it('a newer generation ends it', async () => {
      const { clock, shared, show, ends, spent } = await waiting(expired(1), { home });
      shared.put(fresh(2, clock.now()));
      show(fresh(2, clock.now()));
      await settle();
      expect([ends, spent]).toEqual([peers, []]);
    });

    it('the end of the session ends it, unless somebody asked for this very refresh', async () => {
      const error = new TokenError('ERR_SESSION_ENDED');
      const { state, ends, spent } = await waiting(expired(1), { home });
      state.markDead(error, 'peer');
      await settle();
      expect([ends, spent]).toEqual([[{ type: 'dead', error, by: 'peer' }], []]);

      const asked = flightStage(expired(1), { home });
      asked.state.markDead(error, 'peer');
      await asked.start('requested').done;
      expect([asked.ends, asked.spent]).toEqual([ours, [expired(1).tokens]]);
    });

    it('closing ends it with an error that says so', async () => {
      const stage = flightStage(expired(1), { home });
      stage.script.mode = 'never';
      const flight = stage.start();
      await settle();
      stage.outside.closed = true;
      flight.interrupt();
      await settle();
      expect(stage.ends).toEqual(failedWith('ERR_CLOSED', 'The token manager was closed'));
      expect(stage.spent).toEqual([]);
    });

    it('35 s are the most that it waits, and it says for how long it did', async () => {
      const stage = flightStage(expired(1), { home });
      stage.script.mode = 'never';
      const { tally } = stage.start();
      await stage.clock.advance(34_999);
      expect(stage.ends).toEqual([]);
      await stage.clock.advance(1);
      expect(stage.ends).toEqual(
        failedWith('ERR_REFRESH_UNAVAILABLE', 'The lock "lock" was not free within 35000 ms'),
      );
      expect(tally).toMatchObject({ lockWait: 35_000, duration: 35_000, attempts: 0 });
    });
  },
);

it('a generation that arrives at the last moment of a wait for the lock is what it ends with', async () => {
  const { clock, shared, ends } = await waiting(expired(1));
  shared.put(fresh(2, clock.now()));
  await clock.advance(35_000);
  expect(ends).toEqual(peers);
});

describe('with the lock', () => {
  it('what a peer has refreshed meanwhile is taken, and nothing is written or sent', async () => {
    const stage = flightStage(expired(1));
    stage.script.onGrant = () => stage.shared.put(fresh(2, stage.clock.now()));
    await stage.start().done;
    expect(stage.ends).toEqual(peers);
    expect([stage.spent, stage.shared.writes]).toEqual([[], 0]);
  });

  it('a sign-out while the intent is written: nothing is sent', async () => {
    const stage = flightStage(expired(1));
    stage.shared.hooks.afterWrite = () => stage.signOut();
    await stage.start().done;
    expect([stage.ends, stage.spent]).toEqual([left, []]);
  });

  it('a store that is always written by others is given up after a hundred times, with pauses in between', async () => {
    const stage = flightStage(expired(1));
    stage.shared.hooks.beforeWrite = () => stage.shared.put(expired(1));
    stage.start();
    await settle();
    expect(stage.shared.writes).toBe(2); // the first conflict may be chance
    await stage.clock.advance(100_000);
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

  it.each(['memory', 'store'] as const)(
    'a token endpoint that never answers is listened to for a minute, in the background (%s)',
    async (home) => {
      const timers: { readonly delay: number; readonly background: boolean | undefined }[] = [];
      const stage = flightStage(expired(1), {
        home,
        watched: (base): Clock => ({
          ...base,
          setTimeout(task, delay, background) {
            timers.push({ delay, background });
            return base.setTimeout(task, delay);
          },
        }),
      });
      stage.outside.answer = () => new Promise(() => undefined);
      stage.start();
      await stage.clock.advance(64_999);
      expect(stage.ends).toEqual([]);
      await stage.clock.advance(1);
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
    },
  );

  it.each(['memory', 'store'] as const)(
    'a wait between two tries is not cut short by news that change nothing (%s)',
    async (home) => {
      const stage = flightStage(expired(1), { home });
      stage.outside.answer = () => {
        throw Object.assign(new Error('busy'), { status: 429, headers: { 'retry-after': '5' } });
      };
      const flight = stage.start();
      await settle();
      flight.interrupt();
      await stage.clock.advance(5000);
      expect(stage.spent).toHaveLength(1);
      await stage.clock.advance(1250); // at random up to a quarter above
      expect(stage.spent).toHaveLength(2);
    },
  );
});

describe('a store that is behind memory', () => {
  it('is written first, and marked where it had held that before: somebody may have been redeeming it', async () => {
    const stage = flightStage(expired(3));
    stage.shared.put(expired(2));
    stage.start();
    await settle();
    expect(stage.shared.record).toMatchObject({ gen: 3, intent: { gen: 3, owner: '' } });
    expect(stage.spent).toEqual([]);
    await stage.clock.advance(84_000);
    expect([stage.ends, stage.spent]).toEqual([ours, [expired(3).tokens]]);
    expect(stage.doubted).toContainEqual(expired(3));
  });

  it('is written first, without a mark where it never held that', async () => {
    const stage = flightStage(expired(2));
    stage.sync.ahead(expired(3));
    stage.state.adopt(expired(3), { by: 'self', origin: 'refresh' });
    await stage.start().done;
    expect([stage.ends, stage.spent]).toEqual([ours, [expired(3).tokens]]);
    expect(stage.shared.history.map(({ gen, intent }) => [gen, intent?.owner])).toEqual([
      [3, undefined],
      [3, 'me'],
      [4, undefined],
    ]);
    expect(stage.doubted).toEqual([]);
  });

  it('and is written by a peer meanwhile is read again, and not overwritten', async () => {
    const stage = flightStage(expired(3));
    stage.shared.put(expired(2));
    stage.shared.hooks.beforeWrite = () => {
      stage.shared.hooks.beforeWrite = undefined;
      stage.shared.put(fresh(4, stage.clock.now()));
    };
    await stage.start().done;
    expect([stage.ends, stage.spent, stage.shared.history]).toEqual([peers, [], []]);
    expect(stage.state.current?.record.gen).toBe(4);
  });

  it('is not written any more once somebody has signed in to another session', async () => {
    const stage = flightStage(expired(3));
    stage.shared.put(expired(2));
    stage.shared.hooks.beforeWrite = () => {
      stage.shared.hooks.beforeWrite = undefined;
      stage.shared.put(another('t', T));
      stage.show(another('t', T));
    };
    await stage.start().done;
    expect([stage.ends, stage.spent, stage.shared.history]).toEqual([left, [], []]);
  });
});

describe('the intent of somebody else', () => {
  const marked = (gen: number, owner: string, more: object = {}) => ({
    ...expired(1),
    intent: { gen, owner, startedAt: 0, attempt: 1, ...more },
  });
  const kernel: RefreshLock = {
    request: (name, options, task) =>
      scriptedLock().lock.request(name, options, () => task({ freedOnDeath: 'kernel' })),
  };

  it('under a lease is waited for, 80 s, and then it is doubtful what became of the token', async () => {
    const stage = flightStage(marked(1, 'other'));
    stage.script.leased = true;
    const { tally } = stage.start();
    await stage.clock.advance(79_999);
    expect(stage.spent).toEqual([]);
    await stage.clock.advance(2000);
    expect([stage.ends, stage.spent.length, stage.doubted.length]).toEqual([ours, 1, 1]);
    expect(tally.intentWait).toBeGreaterThanOrEqual(80_000);
  });

  it('is waited for as long as `rotation` says', async () => {
    const stage = flightStage(marked(1, 'other'), { intentLimit: 8000 });
    stage.start();
    await stage.clock.advance(7999);
    expect(stage.spent).toEqual([]);
    await stage.clock.advance(2000);
    expect([stage.ends, stage.doubted.length]).toEqual([ours, 1]);
  });

  it('tells for how long it was seen, so that those who live for seconds add up', async () => {
    const stage = flightStage(marked(1, 'other', { seen: 78_000 }));
    stage.start();
    await stage.clock.advance(1900);
    expect(stage.spent).toEqual([]);
    await stage.clock.advance(2100);
    expect(stage.ends).toEqual(ours);

    const first = flightStage(marked(1, 'other'));
    first.start();
    await first.clock.advance(20_000);
    expect(first.shared.record?.intent?.seen).toBeGreaterThan(16_000);
    expect(first.shared.record?.intent?.seen).toBeLessThanOrEqual(20_000);
  });

  it('under the lock that is held now, which only its death frees, is doubtful and not waited for', async () => {
    const stage = flightStage(marked(1, 'other', { lock: 'kernel' }), {
      changes: { lock: kernel },
    });
    await stage.start().done;
    expect([stage.ends, stage.doubted.length]).toEqual([ours, 1]);
    expect(stage.shared.history[0]?.intent).toMatchObject({ owner: 'me', lock: 'kernel' });
  });

  it('that has ended without an answer is doubtful, and not waited for', async () => {
    const stage = flightStage(marked(1, 'other', { over: true }));
    await stage.start().done;
    expect([stage.ends, stage.doubted.length]).toEqual([ours, 1]);
  });

  it('for an earlier generation says nothing of this one', async () => {
    const stage = flightStage(marked(0, 'other'));
    stage.script.leased = true;
    await stage.start().done;
    expect([stage.ends, stage.doubted]).toEqual([ours, []]);
  });

  it('that came between two tries is doubtful, while our own is not', async () => {
    const stage = flightStage(expired(1));
    let calls = 0;
    stage.outside.answer = () => {
      if (calls++ > 0) return { access_token: 'new' };
      throw Object.assign(new Error('busy'), { status: 429, headers: { 'retry-after': '1' } });
    };
    stage.start();
    await stage.clock.advance(2000);
    expect([stage.ends, stage.doubted]).toEqual([ours, []]);

    const other = flightStage(expired(1));
    calls = 0;
    other.outside.answer = stage.outside.answer;
    other.start();
    await settle();
    other.shared.put(marked(1, 'other', { over: true }));
    await other.clock.advance(2000);
    expect([other.ends, other.doubted.length]).toEqual([ours, 1]);
  });

  it('or our own of an earlier flight, is doubtful', async () => {
    const stage = flightStage(marked(1, 'me'));
    await stage.start().done;
    expect([stage.ends, stage.doubted.length]).toEqual([ours, 1]);
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
      { type: 'dead', by: 'self', error: expect.objectContaining({ code: 'ERR_SESSION_ENDED' }) },
    ]);
    expect(stage.shared.record).toEqual({
      ...expired(1),
      dead: { gen: 1, code: 'invalid_grant', at: stage.clock.now() },
    });
  });

  it('ends a session in memory', async () => {
    const stage = flightStage(expired(1), { home: 'memory' });
    stage.outside.answer = () => {
      throw refusal();
    };
    await stage.start().done;
    expect(stage.ends).toMatchObject([
      { type: 'dead', by: 'self', error: { code: 'ERR_SESSION_ENDED' } },
    ]);
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
    expect([stage.ends, stage.shared.record]).toEqual([peers, expired(2)]);
  });

  it('of a session that another one has replaced meanwhile is of no interest', async () => {
    const stage = refusing(({ shared }) => shared.put(another('t', T)));
    await stage.start().done;
    expect([stage.ends, stage.shared.record]).toEqual([left, another('t', T)]);
  });

  it('is not written over a session that somebody signs in to at that moment', async () => {
    const stage = refusing(({ shared, show }) => {
      shared.hooks.beforeWrite = () => {
        shared.hooks.beforeWrite = undefined;
        shared.put(another('t', T));
        show(another('t', T));
      };
    });
    await stage.start().done;
    expect([stage.ends, stage.shared.record]).toEqual([left, another('t', T)]);
  });

  it('is not written over what a peer writes at that moment', async () => {
    const stage = refusing(({ shared, clock }) => {
      shared.hooks.beforeWrite = () => {
        shared.hooks.beforeWrite = undefined;
        shared.put(fresh(2, clock.now()));
      };
    });
    await stage.start().done;
    expect([stage.ends, stage.shared.record]).toEqual([peers, fresh(2, stage.clock.now())]);
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
    ['another session', another('t', T)],
    ['a newer generation', expired(2)],
    [
      'the intent of somebody else',
      { ...expired(1), intent: { gen: 1, owner: 'other', startedAt: 0, attempt: 1 } },
    ],
    ['a sign-out', tombstoneOf(expired(1), 's', T)],
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

  it('of nothing leaves a record of nobody, without an intent', async () => {
    const stage = flightStage(undefined);
    stage.outside.answer = () => {
      throw unsent;
    };
    await stage.start('empty').done;
    expect(stage.shared.record).toMatchObject({ status: 'signedOut', turn: 0 });
    expect([stage.shared.record?.intent, stage.doubted]).toEqual([undefined, []]);
  });
});

describe('a refresh whose answer was lost', () => {
  const lost = () => {
    throw new TypeError('fetch failed');
  };

  it('leaves its intent, marked as over: the refresh token may be spent, and nobody has to wait for it', async () => {
    const stage = flightStage(expired(1));
    stage.outside.answer = lost;
    const { tally } = stage.start();
    await stage.clock.advance(10_000);
    expect(stage.ends).toMatchObject([
      { type: 'failed', error: { code: 'ERR_REFRESH_UNAVAILABLE' } },
    ]);
    expect(stage.shared.record?.intent).toMatchObject({ owner: 'me', over: true });
    expect(stage.doubted).toContainEqual(expired(1));
    expect(tally).toMatchObject({ attempts: 1, unanswered: 1 });
  });

  it('in a search for a session leaves nothing in doubt', async () => {
    const stage = flightStage(undefined);
    stage.outside.answer = lost;
    stage.start('empty');
    await stage.clock.advance(10_000);
    expect(stage.ends).toMatchObject([
      { type: 'failed', error: { code: 'ERR_REFRESH_UNAVAILABLE' } },
    ]);
    expect(stage.doubted).toEqual([]);
  });
});
