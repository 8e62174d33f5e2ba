import { describe, expect, it } from '@jest/globals';
import type { SessionRecord } from '../../src/session/store.ts';
import { settle } from '../support/clock.ts';
import { expired, flightStage, fresh } from '../support/flight.ts';
import { jwt } from '../support/jwt.ts';

const current = [{ type: 'current' }];
const left = [{ type: 'left' }];
const useless = (what: string) => [
  {
    type: 'failed',
    error: expect.objectContaining({
      code: 'ERR_REFRESH_ANSWER',
      message: `The refresh's answer is of no use: ${what}`,
    }),
  },
];
const down = () => Promise.reject(new Error('disk full'));

/** A flight whose server answers this. */
const answered = (answer: unknown, stage = flightStage(expired(1))) => {
  stage.outside.answer = () => answer;
  return stage;
};

describe('what is stored of an answer', () => {
  const stored = async (answer: object, tokens = {}) => {
    const stage = answered(answer, flightStage(expired(1, tokens)));
    await stage.start().done;
    return stage.shared.record?.tokens;
  };

  it('is what it says, and of the rest what was there before, but for the expiry', async () => {
    expect(await stored({ access_token: 'new' }, { scope: 'a', tokenType: 'DPoP' })).toEqual({
      accessToken: 'new',
      refreshToken: 'rt-1',
      scope: 'a',
      tokenType: 'DPoP',
    });
  });

  it.each([
    ['neither of them had', undefined, {}, undefined],
    ['was there before', { a: 1 }, {}, { a: 1 }],
    ['is new', undefined, { b: 2 }, { b: 2 }],
    ['both had', { a: 1, b: 1 }, { b: 2 }, { a: 1, b: 2 }],
  ])('is more than OAuth knows, where that is what %s', async (_, before, answer, after) => {
    expect(
      (await stored({ access_token: 'new', ...answer }, before && { extra: before }))?.extra,
    ).toEqual(after);
  });

  it('is the lifetime of a JWT from when it was asked for, whatever the server’s clock says', async () => {
    const stage = answered({ access_token: jwt({ iat: 1000, exp: 1600 }) });
    await stage.start().done;
    expect(stage.shared.record?.tokens?.expiresAt).toBe(stage.clock.now() + 600_000);
  });

  it('is a session of its own where there was none', async () => {
    const stage = answered({ access_token: 'new' }, flightStage(undefined));
    await stage.start('empty').done;
    expect(stage.shared.record).toEqual({
      v: 1,
      session: 'new-session',
      gen: 0,
      status: 'active',
      issuedAt: stage.clock.now(),
      turn: stage.clock.now(),
      tokens: { accessToken: 'new' },
    });
  });
});

describe('an answer', () => {
  it('is shown as stored, with an event that says how long it took', async () => {
    const stage = flightStage(expired(1));
    stage.outside.answer = async () => {
      await new Promise<void>((resolve) => stage.clock.setTimeout(resolve, 70));
      return { access_token: 'new', expires_in: 60 };
    };
    stage.script.mode = 'never';
    stage.start();
    await stage.clock.advance(30);
    stage.script.mode = 'grant';
    stage.state.stored = false;
    void stage.script.lock.request('lock', {}, () => Promise.resolve());
    await stage.clock.advance(100);
    expect(stage.state.stored).toBe(true);
    expect(stage.events.at(-1)).toEqual({
      type: 'refreshed',
      by: 'self',
      duration: 100,
      lockWait: 30,
      expiresAt: stage.clock.now() - 100 + 60_000,
    });
    expect(stage.ends).toEqual(current);
  });

  it('that has expired already is stored for its refresh token, and an error for who waits', async () => {
    const stage = answered({ access_token: 'new', refresh_token: 'rt-2', expires_in: 0 });
    await stage.start().done;
    expect(stage.ends).toEqual(useless('the access token has already expired'));
    expect(stage.shared.record).toMatchObject({ gen: 2, tokens: { refreshToken: 'rt-2' } });
  });

  it('without an access token, but with a new refresh token, is stored for that', async () => {
    const stage = answered({ refresh_token: 'rt-2' });
    await stage.start().done;
    expect(stage.ends).toEqual(useless('accessToken (or access_token) is missing'));
    expect(stage.shared.record).toMatchObject({
      gen: 2,
      tokens: { accessToken: 'at-1', refreshToken: 'rt-2', expiresAt: 0 },
    });
    expect(stage.doubted).toEqual([]);
  });

  it.each([
    ['the same refresh token', { refresh_token: 'rt-1' }],
    ['none', {}],
  ])(
    'without an access token, and with %s, leaves it in doubt whether the server rotated',
    async (_, answer) => {
      const stage = answered(answer);
      await stage.start().done;
      expect(stage.ends).toMatchObject([{ type: 'failed', error: { code: 'ERR_REFRESH_ANSWER' } }]);
      expect(stage.shared.record?.gen).toBe(1);
      expect(stage.doubted).toEqual([expired(1)]);
    },
  );

  it('of no use to a search for a session leaves nothing in doubt', async () => {
    const stage = answered({ refresh_token: 'rt-1' }, flightStage(undefined));
    await stage.start('empty').done;
    expect(stage.ends).toMatchObject([{ type: 'failed', error: { code: 'ERR_REFRESH_ANSWER' } }]);
    expect([stage.shared.record, stage.doubted]).toEqual([undefined, []]);
  });
});

describe('an answer that comes too late', () => {
  it('after a sign-out is not stored; the server may forget it', async () => {
    const stage = flightStage(expired(1));
    stage.outside.answer = () => {
      stage.state.leave('self');
      return { access_token: 'new', refresh_token: 'rt-2' };
    };
    await stage.start().done;
    expect(stage.ends).toEqual(left);
    expect([stage.shared.record?.gen, stage.state.held]).toEqual([1, undefined]);
    expect(stage.revoked).toMatchObject([{ accessToken: 'new', refreshToken: 'rt-2' }]);
  });

  it('after another sign-in is not stored, and nobody asks the server to forget it', async () => {
    const other: SessionRecord = { ...fresh(0, 2e12), session: 't' };
    const stage = flightStage(expired(1));
    stage.outside.answer = () => {
      stage.shared.put(other);
      return { access_token: 'new', refresh_token: 'rt-2' };
    };
    await stage.start().done;
    expect(stage.ends).toEqual(left);
    expect([stage.shared.record, stage.revoked]).toEqual([other, []]);
  });

  it('after a sign-out, from a search for a session, is not stored even where the store is empty', async () => {
    const stage = flightStage(undefined, { marks: false });
    stage.outside.answer = () => {
      stage.shared.hooks.afterRead = () => stage.state.leave('self');
      return { access_token: 'new' };
    };
    await stage.start('empty').done;
    await settle();
    expect(stage.ends).toEqual(left);
    expect([stage.shared.record, stage.revoked.length]).toEqual([undefined, 1]);
  });

  it('after a sign-in, from a search for a session, gives way to it', async () => {
    const other: SessionRecord = { ...fresh(0, 2e12), session: 't' };
    const stage = flightStage(undefined);
    stage.outside.answer = () => {
      stage.shared.put(other);
      return { access_token: 'new' };
    };
    await stage.start('empty').done;
    expect(stage.ends).toEqual(current);
    expect([stage.shared.record, stage.state.held?.record]).toEqual([other, other]);
  });

  it('after a peer’s newer generation, though that is due again, is not stored over it', async () => {
    const stage = flightStage(expired(1));
    stage.outside.answer = () => {
      stage.shared.put(expired(2));
      return { access_token: 'new' };
    };
    await stage.start().done;
    expect(stage.ends).toEqual(left);
    expect([stage.shared.record, stage.state.held?.record]).toEqual([expired(2), expired(2)]);
    expect(stage.events.filter(({ type }) => type === 'refreshed')).toMatchObject([{ by: 'peer' }]);
  });

  it('and cannot be stored, after a sign-out, is not shown', async () => {
    const stage = flightStage(expired(1));
    stage.outside.answer = () => {
      stage.shared.hooks.beforeWrite = () => {
        stage.state.leave('self');
        return down();
      };
      return { access_token: 'new' };
    };
    await stage.start().done;
    expect([stage.ends, stage.state.held, stage.revoked.length]).toEqual([left, undefined, 1]);
  });
});

it('a store that went back in time during the refresh gets the new generation', async () => {
  const stage = flightStage(expired(5));
  stage.outside.answer = () => {
    stage.shared.put(expired(3));
    return { access_token: 'new' };
  };
  await stage.start().done;
  expect([stage.ends, stage.shared.record?.gen]).toEqual([current, 6]);
});

describe('a store that cannot be written', () => {
  const redeemed = async () => {
    const stage = flightStage(expired(1));
    stage.outside.answer = () => {
      stage.shared.hooks.beforeWrite = down;
      return { access_token: 'new', expires_in: 3600 };
    };
    const flight = stage.start();
    await settle();
    expect(stage.ends).toEqual(current);
    return { ...stage, flight };
  };

  it('keeps nobody waiting: the tokens are shown, with a warning, and written as soon as that works', async () => {
    const { clock, shared, state, events, ends, script, flight } = await redeemed();
    expect(events.slice(-2)).toMatchObject([
      { type: 'refreshed', by: 'self' },
      {
        type: 'warning',
        code: 'NOT_DURABLE',
        message: 'New tokens could not be stored yet; they are kept in memory',
      },
    ]);
    expect(script.holders).toBe(1);
    state.stored = false;
    shared.hooks.beforeWrite = undefined;
    await clock.advance(500);
    await flight.done;
    expect([shared.record?.gen, state.stored, script.holders]).toEqual([2, true, 0]);
    expect(ends).toEqual(current);
  });

  it('is tried for 30 s, ever more rarely, and then the lock is freed', async () => {
    const { clock, shared, script, ends } = await redeemed();
    const before = shared.writes;
    await clock.advance(32_500); // 0.5, 1.5, 3.5, 7.5 s, then every 5 s; the last try begins before 30 s are over
    expect(shared.writes - before).toBe(9);
    expect([script.holders, ends]).toEqual([0, current]);
  });

  it('is not tried again once a peer has written a newer generation', async () => {
    const { clock, shared, state, script } = await redeemed();
    shared.hooks.beforeWrite = undefined;
    shared.put(fresh(3, clock.now()));
    await clock.advance(500);
    expect([shared.record?.gen, state.held?.record.gen, script.holders]).toEqual([3, 3, 0]);
  });

  it.each([
    ['a sign-out', (stage: Awaited<ReturnType<typeof redeemed>>) => stage.state.leave('self')],
    [
      'news of a newer generation',
      ({ state, clock }: Awaited<ReturnType<typeof redeemed>>) =>
        void state.commit(fresh(3, clock.now()), false, 'refresh'),
    ],
  ])('is not tried again after %s', async (_, happen) => {
    const stage = await redeemed();
    stage.shared.hooks.beforeWrite = () => {
      happen(stage);
      return down();
    };
    await stage.clock.advance(500);
    expect([stage.shared.record?.gen, stage.script.holders]).toEqual([1, 0]);
  });

  it('is not written after a sign-out that came while it was read', async () => {
    const stage = await redeemed();
    const { writes } = stage.shared;
    stage.shared.hooks.beforeRead = () => stage.state.leave('self');
    await stage.clock.advance(40_000);
    expect([stage.shared.writes - writes, stage.shared.record?.gen, stage.script.holders]).toEqual([
      0, 1, 0,
    ]);
  });

  it('and had written all the same is known to hold them', async () => {
    const stage = await redeemed();
    stage.state.stored = false;
    const { record } = stage.state.held ?? {};
    stage.shared.put(record);
    await stage.clock.advance(500);
    expect([stage.state.stored, stage.script.holders]).toEqual([true, 0]);
  });

  it('since something else is there now, is left alone', async () => {
    const stage = await redeemed();
    stage.shared.put({ v: 9 });
    await stage.clock.advance(500);
    const { reads } = stage.shared;
    await stage.clock.advance(40_000);
    expect([stage.shared.reads - reads, stage.script.holders]).toEqual([0, 0]);
    expect(stage.shared.record).toEqual({ v: 9 });
  });

  it('is not tried again once the manager is closed', async () => {
    const stage = await redeemed();
    stage.outside.closed = true;
    const { writes } = stage.shared;
    await stage.clock.advance(40_000);
    expect([stage.shared.writes - writes, stage.script.holders]).toEqual([1, 0]);
  });
});
