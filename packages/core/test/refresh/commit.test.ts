import { describe, expect, it } from '@jest/globals';
import { tombstoneOf } from '../../src/session/succession.ts';
import { settle } from '../support/clock.ts';
import { another, expired, flightStage, fresh, type StageOptions } from '../support/flight.ts';
import { jwt } from '../support/jwt.ts';

const ours = [{ type: 'current', by: 'self' }];
const peers = [{ type: 'current', by: 'peer' }];
const left = [{ type: 'left' }];
const useless = (what: string) => [
  {
    type: 'failed',
    silence: 0,
    error: expect.objectContaining({
      code: 'ERR_REFRESH_ANSWER',
      message: `The refresh's answer is of no use: ${what}`,
    }),
  },
];
const T = 2e12;
const down = () => Promise.reject(new Error('disk full'));

/** A flight whose server answers this. */
const answered = (answer: unknown, stage = flightStage(expired(1))) => {
  stage.outside.answer = () => answer;
  return stage;
};

describe.each([{ home: 'memory' }, { home: 'store' }] as const)(
  'what is kept of an answer, in the $home',
  ({ home }) => {
    const stageOf = (...args: Parameters<typeof expired>) =>
      flightStage(expired(...args), { home });
    const kept = async (answer: object, tokens = {}) => {
      const stage = answered(answer, stageOf(1, tokens));
      await stage.start().done;
      if (home === 'store') expect(stage.shared.record).toEqual(stage.state.record);
      return stage.state.current?.record.tokens;
    };

    it('is what it says, and of the rest what was there before, but for the expiry', async () => {
      expect(await kept({ access_token: 'new' }, { scope: 'a', tokenType: 'DPoP' })).toEqual({
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
        (await kept({ access_token: 'new', ...answer }, before && { extra: before }))?.extra,
      ).toEqual(after);
    });

    it('is the lifetime of a JWT from when it was asked for, whatever the server’s clock says', async () => {
      const stage = answered({ access_token: jwt({ iat: 1000, exp: 1600 }) }, stageOf(1));
      await stage.start().done;
      expect(stage.state.current?.record.tokens.expiresAt).toBe(stage.clock.now() + 600_000);
    });

    it('is a session of its own where there was none', async () => {
      const stage = answered({ access_token: 'new' }, flightStage(undefined, { home }));
      await stage.start('empty').done;
      const record = {
        v: 1,
        session: 'new-session',
        gen: 0,
        status: 'active',
        issuedAt: stage.clock.now(),
        turn: stage.clock.now(),
        tokens: { accessToken: 'new' },
      };
      expect(stage.state.record).toEqual(record);
      if (home === 'store') expect(stage.shared.record).toEqual(record);
    });

    it('is only the refresh token where the access token has expired already; who waits gets an error', async () => {
      const stage = answered(
        { access_token: 'new', refresh_token: 'rt-2', expires_in: 0 },
        stageOf(1),
      );
      await stage.start().done;
      expect(stage.ends).toEqual(useless('the access token has already expired'));
      expect(stage.state.record).toMatchObject({ gen: 2, tokens: { refreshToken: 'rt-2' } });
    });

    it('is the refresh token where there is no access token', async () => {
      const stage = answered({ refresh_token: 'rt-2' }, stageOf(1));
      await stage.start().done;
      expect(stage.ends).toEqual(useless('accessToken (or access_token) is missing'));
      expect(stage.state.record).toMatchObject({
        gen: 2,
        tokens: { accessToken: 'at-1', refreshToken: 'rt-2', expiresAt: 0 },
      });
      expect(stage.doubted).toEqual([]);
    });

    it.each([
      ['the same refresh token', { refresh_token: 'rt-1' }],
      ['none', {}],
    ])(
      'is nothing where there is no access token and %s; it is in doubt whether the server rotated',
      async (_, answer) => {
        const stage = answered(answer, stageOf(1));
        await stage.start().done;
        expect(stage.ends).toMatchObject([
          { type: 'failed', error: { code: 'ERR_REFRESH_ANSWER' } },
        ]);
        expect(stage.state.record?.gen).toBe(1);
        expect(stage.doubted).toEqual([expired(1)]);
      },
    );

    it('is another session where the subject is another, and who waits is turned away', async () => {
      const of = (sub: string) => jwt({ iss: 'https://as.example', sub });
      const subject = `access_token:${JSON.stringify(['https://as.example', 'ann'])}`;
      const ann = { ...expired(1, { accessToken: of('ann') }), subject };
      const stage = answered(
        { access_token: of('bob'), refresh_token: 'rt-bob', expires_in: 3600 },
        flightStage(ann, { home }),
      );
      await stage.start().done;
      expect(stage.ends).toEqual(left);
      expect(stage.state.record).toMatchObject({
        session: 'new-session',
        gen: 0,
        tokens: { refreshToken: 'rt-bob' },
      });
    });

    it('has no expiry where it is past by an absolute time alone: our clock may be wrong, which is said', async () => {
      const stage = answered(
        { access_token: 'new', refresh_token: 'rt-2', expires_at: 1_700_000_000 },
        stageOf(1),
      );
      await stage.start().done;
      expect(stage.ends).toEqual(ours);
      expect(stage.state.current?.record.tokens).toEqual({
        accessToken: 'new',
        refreshToken: 'rt-2',
      });
      expect(stage.events).toContainEqual(
        expect.objectContaining({ type: 'warning', code: 'CLOCK' }),
      );
    });

    it('is nothing after a sign-out; the server may forget it', async () => {
      const stage = stageOf(1);
      stage.outside.answer = () => {
        stage.signOut();
        return { access_token: 'new', refresh_token: 'rt-2' };
      };
      await stage.start().done;
      expect([stage.ends, stage.state.current]).toEqual([left, undefined]);
      expect(stage.revoked).toMatchObject([{ accessToken: 'new', refreshToken: 'rt-2' }]);
    });

    it('is nothing after another sign-in, and nobody asks the server to forget it', async () => {
      const stage = stageOf(1);
      stage.outside.answer = () => {
        stage.shared.put(another('t', T));
        stage.show(another('t', T));
        return { access_token: 'new', refresh_token: 'rt-2' };
      };
      await stage.start().done;
      expect([stage.ends, stage.revoked]).toEqual([left, []]);
      expect(stage.state.record).toEqual(another('t', T));
    });

    it('is nothing after a sign-out, from a search for a session', async () => {
      const stage = flightStage(undefined, { home });
      stage.outside.answer = () => {
        stage.signOut();
        return { access_token: 'new' };
      };
      await stage.start('empty').done;
      expect([stage.ends, stage.revoked.length, stage.state.current]).toEqual([left, 1, undefined]);
    });

    it('is nothing after a sign-in, from a search for a session, which gives way to it', async () => {
      const stage = flightStage(undefined, { home });
      stage.outside.answer = () => {
        stage.shared.put(another('t', T));
        stage.show(another('t', T));
        return { access_token: 'new' };
      };
      await stage.start('empty').done;
      expect([stage.ends, stage.state.record]).toEqual([peers, another('t', T)]);
    });
  },
);

describe('an answer that is to be stored', () => {
  it('is shown as stored, with the time that it took', async () => {
    const stage = flightStage(expired(1));
    stage.outside.answer = async () => {
      await new Promise<void>((resolve) => stage.clock.setTimeout(resolve, 70));
      return { access_token: 'new', expires_in: 60 };
    };
    stage.script.mode = 'never';
    const { tally } = stage.start();
    await stage.clock.advance(30);
    stage.script.mode = 'grant';
    void stage.script.lock.request('lock', {}, () => Promise.resolve());
    await stage.clock.advance(100);
    expect(stage.sync.owes()).toBe(false);
    expect(stage.events.at(-1)).toEqual({
      type: 'refreshed',
      by: 'self',
      expiresAt: stage.clock.now() - 100 + 60_000,
    });
    expect(tally).toEqual({
      duration: 100,
      lockWait: 30,
      intentWait: 0,
      attempts: 1,
      unanswered: 0,
    });
    expect(stage.ends).toEqual(ours);
  });

  it('comes after another session was stored: that one stays', async () => {
    const stage = flightStage(expired(1));
    stage.outside.answer = () => {
      stage.shared.put(another('t', T));
      return { access_token: 'new', refresh_token: 'rt-2' };
    };
    await stage.start().done;
    expect([stage.ends, stage.shared.record, stage.revoked]).toEqual([left, another('t', T), []]);
  });

  it('comes after a peer’s newer generation, though that is due again: not stored over it', async () => {
    const stage = flightStage(expired(1));
    stage.outside.answer = () => {
      stage.shared.put(expired(2));
      return { access_token: 'new' };
    };
    await stage.start().done;
    expect([stage.ends, stage.shared.record]).toEqual([peers, expired(2)]);
    expect(stage.state.current?.record).toEqual(expired(2));
    expect(stage.events.filter(({ type }) => type === 'refreshed')).toMatchObject([{ by: 'peer' }]);
  });

  it('of no use to a search for a session leaves nothing in doubt, and nobody signed in', async () => {
    const stage = answered({ refresh_token: 'rt-1' }, flightStage(undefined));
    await stage.start('empty').done;
    expect(stage.ends).toMatchObject([{ type: 'failed', error: { code: 'ERR_REFRESH_ANSWER' } }]);
    expect([stage.shared.record?.status, stage.doubted]).toEqual(['signedOut', []]);
  });

  it('and cannot be, after a sign-out, is not shown', async () => {
    const stage = flightStage(expired(1));
    stage.outside.answer = () => {
      stage.shared.hooks.beforeWrite = () => {
        stage.signOut();
        return down();
      };
      return { access_token: 'new' };
    };
    await stage.start().done;
    expect([stage.ends, stage.state.current, stage.revoked.length]).toEqual([left, undefined, 1]);
  });

  it('while a sign-out comes: what was written is signed out again', async () => {
    const stage = flightStage(expired(1));
    stage.outside.answer = () => {
      stage.shared.hooks.afterWrite = () => {
        stage.shared.hooks.afterWrite = undefined;
        stage.signOut();
      };
      return { access_token: 'new', refresh_token: 'rt-2' };
    };
    await stage.start().done;
    await stage.clock.advance(1000);
    expect([stage.ends, stage.state.current, stage.revoked.length]).toEqual([left, undefined, 1]);
    expect(stage.shared.record).toMatchObject({ session: 's', status: 'signedOut' });
  });

  it('to a store that went back in time during the refresh becomes the next generation all the same', async () => {
    const stage = flightStage(expired(5));
    stage.outside.answer = () => {
      stage.shared.put(expired(3));
      return { access_token: 'new' };
    };
    await stage.start().done;
    expect([stage.ends, stage.shared.record?.gen]).toEqual([ours, 6]);
  });
});

describe('a store that cannot be written', () => {
  const redeemed = async (options: StageOptions = {}) => {
    const stage = flightStage(expired(1), options);
    stage.outside.answer = () => {
      stage.shared.hooks.beforeWrite = down;
      return { access_token: 'new', expires_in: 3600 };
    };
    const flight = stage.start();
    await settle();
    expect(stage.ends).toEqual(ours);
    return { ...stage, flight };
  };

  it('keeps nobody waiting: the tokens are shown, with a warning, and written as soon as that works', async () => {
    const { clock, shared, sync, events, ends, script, flight } = await redeemed();
    expect(events.slice(-2)).toMatchObject([
      { type: 'refreshed', by: 'self' },
      {
        type: 'warning',
        code: 'NOT_DURABLE',
        message: 'New tokens could not be stored yet; they are kept in memory',
      },
    ]);
    expect([script.holders, sync.owes()]).toEqual([1, true]);
    shared.hooks.beforeWrite = undefined;
    await clock.advance(500);
    await flight.done;
    expect([shared.record?.gen, sync.owes(), script.holders]).toEqual([2, false, 0]);
    expect(shared.record?.intent).toBeUndefined(); // nobody but us can have known that refresh token
    expect(ends).toEqual(ours);
  });

  it('is tried for as long as it takes, ever more rarely, under the lock', async () => {
    const { clock, shared, script, ends } = await redeemed();
    const before = shared.writes;
    await clock.advance(35_500); // 0.5, 1.5, 3.5, 7.5, 15.5, 25.5, 35.5 s
    expect(shared.writes - before).toBe(7);
    await clock.advance(3_600_000);
    expect(shared.writes - before).toBe(367);
    expect([script.holders, ends]).toEqual([1, ours]);
  });

  it('is not tried again once a peer has written a newer generation', async () => {
    const { clock, shared, state, script } = await redeemed();
    shared.hooks.beforeWrite = undefined;
    shared.put(fresh(3, clock.now()));
    await clock.advance(500);
    expect([shared.record?.gen, state.current?.record.gen, script.holders]).toEqual([3, 3, 0]);
  });

  it('is not tried again after news of a newer generation, and its lock is free at once', async () => {
    const stage = await redeemed();
    stage.show(fresh(3, stage.clock.now()));
    await settle();
    expect([stage.shared.record?.gen, stage.script.holders]).toEqual([1, 0]);
  });

  it('gets the sign-out instead, after one', async () => {
    const stage = await redeemed();
    stage.signOut();
    stage.shared.hooks.beforeWrite = undefined;
    await stage.clock.advance(500);
    expect(stage.shared.record).toMatchObject({ session: 's', status: 'signedOut' });
    expect([stage.shared.record?.tokens, stage.script.holders]).toEqual([undefined, 0]);
  });

  it('and had written all the same is known to hold them', async () => {
    const stage = await redeemed();
    stage.shared.put(stage.state.record);
    await stage.clock.advance(500);
    expect([stage.sync.owes(), stage.script.holders]).toEqual([false, 0]);
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
});

describe('a record that is gone when the answer comes', () => {
  const gone = async () => {
    const stage = flightStage(expired(1));
    stage.outside.answer = () => {
      stage.shared.put(undefined);
      return { access_token: 'new', refresh_token: 'rt-2', expires_in: 3600 };
    };
    const flight = stage.start();
    await settle();
    expect(stage.ends).toEqual(left);
    return { ...stage, flight };
  };

  it('ends the session for callers; the answer is kept, nothing is written or revoked, and the lock held for 30 s', async () => {
    const { clock, shared, state, script, revoked } = await gone();
    expect([state.current, state.record?.gen]).toEqual([undefined, 2]);
    await clock.advance(29_000);
    expect(script.holders).toBe(1);
    await clock.advance(2000);
    expect([script.holders, shared.record, revoked]).toEqual([0, undefined, []]);
  });

  it.each([100, 5000, 29_000])('and is back after %d ms: gets the answer', async (away) => {
    const { clock, shared, state, script } = await gone();
    await clock.advance(away);
    shared.put(expired(1));
    await clock.advance(1500);
    expect(shared.record).toMatchObject({ gen: 2, tokens: { refreshToken: 'rt-2' } });
    expect([state.current?.token.accessToken, script.holders]).toEqual(['new', 0]);
  });

  it('and comes back as a sign-out: the answer is revoked', async () => {
    const { clock, shared, state, revoked } = await gone();
    shared.put(tombstoneOf(expired(1), 's', T));
    await clock.advance(1500);
    expect([state.phase, revoked]).toMatchObject(['signedOut', [{ refreshToken: 'rt-2' }]]);
  });

  it('is looked for no longer than 10 s once the manager is closed, and then said to be lost', async () => {
    const { clock, outside, script, flight, events } = await gone();
    outside.closed = true;
    await clock.advance(1000);
    await flight.done;
    expect(script.holders).toBe(0);
    await clock.advance(12_000);
    expect(events.at(-1)).toMatchObject({ type: 'warning', code: 'LOST' });
    expect(clock.pending).toBe(0);
  });
});
