import { describe, expect, it } from '@jest/globals';
import { placementOf } from '../../src/session/placement.ts';
import type { ActiveRecord, SessionRecord } from '../../src/session/store.ts';
import { fingerprint } from '../../src/tokens/fingerprint.ts';
import type { TokenSet } from '../../src/tokens/tokens.ts';
import { active, tombstone } from '../support/records.ts';

const ME = 'option:me';
const birth = (more = {}) => ({
  session: 'new',
  now: 1000,
  issuedAt: 900,
  subject: undefined,
  ...more,
});
/** What was redeemed, and what came of it. */
const base = active('s', 4, { turn: 10 });
const answer: TokenSet = { accessToken: 'a5', refreshToken: 'r5' };
const place = (
  record: SessionRecord | undefined,
  tokens: TokenSet = answer,
  from: ActiveRecord | undefined = base,
  more = {},
) => placementOf(record, from, tokens, birth(more));

describe('the answer to a redemption', () => {
  it.each([
    ['finds what was redeemed', base],
    ['finds it with marks', { ...base, dead: { gen: 4, code: 'x', at: 1 } }],
    ['finds an older generation, as after a restore', active('s', 2, { turn: 10 })],
  ])('%s: it is the next generation of that', (_, record) => {
    expect(place(record)).toEqual({
      write: expect.objectContaining({
        session: 's',
        gen: record.gen + 1,
        tokens: answer,
        turn: 10,
        issuedAt: 900,
      }),
    });
    expect(place(record)).not.toHaveProperty('write.dead');
  });

  it.each([
    ['there is nothing any more', undefined, 'gone'],
    ['the session was signed out', tombstone('s'), 'over'],
    ['another session was signed out', tombstone('t'), 'over'],
    ['another session has begun', active('t', 0), 'over'],
    ['somebody else was faster', active('s', 5), 'adopted'],
    ['its tokens are there already', active('s', 5, { tokens: answer }), 'announced'],
    ['they are there as another session', active('t', 0, { tokens: answer }), 'announced'],
    [
      'they were there, and are spent by now',
      active('t', 1, { spent: [fingerprint('r5')] }),
      'announced',
    ],
    [
      'they were there as a session that has been replaced since',
      active('u', 0, { past: [fingerprint('r5')] }),
      'adopted',
    ],
    [
      'the refresh token stayed the same, and its session was replaced',
      active('u', 0, { past: [fingerprint('s-rt-4')] }),
      'over',
    ],
  ] as const)('when %s, is %p: %p', (_, record, keep) => {
    const tokens = _.startsWith('the refresh token stayed')
      ? { accessToken: 'a5', refreshToken: 's-rt-4' }
      : answer;
    expect(place(record, tokens)).toEqual({ keep });
  });

  it('without a refresh token is known by its access token', () => {
    const tokens = { accessToken: 'a5' };
    expect(place(active('t', 0, { tokens }), tokens)).toEqual({ keep: 'announced' });
    expect(place(active('t', 0), tokens)).toEqual({ keep: 'over' });
  });

  it('of another subject is another session', () => {
    const mine = active('s', 4, { turn: 10, subject: ME });
    expect(place(mine, answer, mine, { subject: 'option:you' })).toEqual({
      write: expect.objectContaining({
        session: 'new',
        gen: 0,
        turn: 1000,
        subject: 'option:you',
        past: [fingerprint('s-rt-4')],
      }),
    });
    for (const subject of [ME, undefined, 'id_token:you'])
      expect(place(mine, answer, mine, { subject })).toMatchObject({
        write: { session: 's', gen: 5 },
      });
  });

  it('belongs to the session that has the redeemed refresh token now, unless that is newer', () => {
    const again = (expiresAt?: number) =>
      active('again', 0, {
        tokens: {
          accessToken: 'b',
          refreshToken: 's-rt-4',
          ...(expiresAt !== undefined && { expiresAt }),
        },
      });
    const write = { write: expect.objectContaining({ session: 'again', gen: 1, tokens: answer }) };
    expect(place(again())).toEqual(write);
    const dated = { ...answer, expiresAt: 500 };
    expect(place(again(499), dated)).toMatchObject({ write: { session: 'again', gen: 1 } });
    expect(place(again(500), dated)).toEqual({ keep: 'adopted' });
  });
});

describe('tokens from nothing', () => {
  const from = (record: SessionRecord | undefined, more = {}) =>
    placementOf(record, undefined, answer, birth(more));

  it.each([
    ['nothing', undefined],
    ['the mark of somebody who looks for a session', tombstone('p', { turn: 0, gen: 0 })],
  ])('begin a session where there is %s', (_, record) => {
    expect(from(record)).toMatchObject({ write: { session: 'new', gen: 0, tokens: answer } });
  });

  it('begin none after a sign-out, unless somebody asked to look behind that very one', () => {
    const out = tombstone('s', { turn: 20, past: ['p'] });
    expect(from(out)).toEqual({ keep: 'over' });
    expect(from(out, { after: tombstone('s', { turn: 19 }) })).toEqual({ keep: 'over' });
    expect(from(out, { after: tombstone('t', { turn: 20 }) })).toEqual({ keep: 'over' });
    expect(from(out, { after: out })).toMatchObject({
      write: { session: 'new', turn: 1000, past: ['p'] },
    });
  });

  it('begin none where somebody has signed in since', () => {
    expect(from(active('t', 0))).toEqual({ keep: 'adopted' });
  });
});
