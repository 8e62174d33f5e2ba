import { describe, expect, it } from '@jest/globals';
import {
  type AnnouncementContext,
  announcedRecord,
  announcementOf,
} from '../../src/session/announcement.ts';
import type { ActiveRecord, SessionRecord } from '../../src/session/store.ts';
import { fingerprint } from '../../src/tokens/fingerprint.ts';
import type { TokenSet } from '../../src/tokens/tokens.ts';
import { active, tombstone } from '../support/records.ts';

const NOW = 1000;
const ME = 'option:me';
const context = (more: Partial<AnnouncementContext> = {}): AnnouncementContext => ({
  subject: undefined,
  again: false,
  ended: false,
  now: NOW,
  refreshing: undefined,
  seen: () => false,
  ...more,
});
const tokens = (accessToken: string, refreshToken?: string, expiresAt?: number): TokenSet => ({
  accessToken,
  ...(refreshToken !== undefined && { refreshToken }),
  ...(expiresAt !== undefined && { expiresAt }),
});
/** Somebody is signed in, at generation 2: refresh tokens r0 and r1 are spent, and rx belongs to a session before. */
const signedIn = (more: Partial<ActiveRecord> = {}): ActiveRecord =>
  active('s', 2, {
    tokens: tokens('a2', 'r2', 5000),
    spent: ['r0', 'r1'].map(fingerprint),
    past: [fingerprint('rx')],
    ...more,
  });
/** Somebody was, with r2, and is no longer. */
const signedOut = tombstone('s', { past: ['rx', 'r1', 'r2'].map(fingerprint) });

type Row = readonly [
  what: string,
  record: SessionRecord | undefined,
  announced: TokenSet,
  context: Partial<AnnouncementContext>,
  is: ReturnType<typeof announcementOf>,
];

describe('while somebody is signed in, the announcement of', () => {
  it.each<Row>([
    ['the same tokens', signedIn(), tokens('a2', 'r2', 5000), {}, 'same'],
    ['the same tokens, again', signedIn(), tokens('a2', 'r2'), { again: true }, 'same'],
    ['the same tokens, with another expiry', signedIn(), tokens('a2', 'r2', 9000), {}, 'same'],
    ['another access token that expires later', signedIn(), tokens('b', 'r2', 5001), {}, 'next'],
    [
      'another access token that expires no later',
      signedIn(),
      tokens('b', 'r2', 5000),
      {},
      'older',
    ],
    ['an unknown access token without expiry', signedIn(), tokens('b', 'r2'), {}, 'next'],
    [
      'an access token without expiry that was seen here',
      signedIn(),
      tokens('a1', 'r2'),
      { seen: (token, session) => token === 'a1' && session === 's' },
      'older',
    ],
    ['a spent refresh token', signedIn(), tokens('a1', 'r1', 9000), {}, 'older'],
    ['a spent refresh token, again', signedIn(), tokens('a1', 'r0'), { again: true }, 'older'],
    ['a refresh token of the session before', signedIn(), tokens('x', 'rx'), {}, 'over'],
    ['one of the session before, again', signedIn(), tokens('x', 'rx'), { again: true }, 'new'],
    [
      'a refresh token where there was none',
      signedIn({ tokens: tokens('a2') }),
      tokens('a2', 'r9'),
      {},
      'next',
    ],
    [
      'a new refresh token beside the same access token',
      signedIn(),
      tokens('a2', 'r9'),
      {},
      'next',
    ],
    ['unknown tokens', signedIn(), tokens('n', 'rn', 1), {}, 'new'],
    [
      'unknown tokens of another subject',
      signedIn({ subject: ME }),
      tokens('n', 'rn', 1),
      { subject: 'option:you' },
      'new',
    ],
    [
      'unknown tokens of the same subject that expire earlier, and have not expired',
      signedIn({ subject: ME }),
      tokens('n', 'rn', NOW + 1),
      { subject: ME },
      'new',
    ],
    [
      'unknown tokens of the same subject that have expired: a copy that somebody kept',
      signedIn({ subject: ME }),
      tokens('n', 'rn', NOW),
      { subject: ME },
      'older',
    ],
    [
      'the same subject, both expired, the announced one later',
      signedIn({ subject: ME, tokens: tokens('a2', 'r2', 10) }),
      tokens('n', 'rn', 20),
      { subject: ME },
      'new',
    ],
  ])('%s', (_, record, announced, more, is) => {
    expect(announcementOf(record, announced, context(more))).toBe(is);
  });
});

describe('an access token alone', () => {
  it.each<Row>([
    ['that is current', signedIn(), tokens('a2'), {}, 'same'],
    [
      'of the same subject that expires later',
      signedIn({ subject: ME }),
      tokens('b', undefined, 6000),
      { subject: ME },
      'next',
    ],
    [
      'of the same subject that expires earlier',
      signedIn({ subject: ME }),
      tokens('b', undefined, 4000),
      { subject: ME },
      'older',
    ],
    [
      'of the same subject that does not say',
      signedIn({ subject: ME }),
      tokens('b'),
      { subject: ME },
      'older',
    ],
    [
      'of the same subject, after the server ended the session: a new login’s',
      signedIn({ subject: ME }),
      tokens('b', undefined, 4000),
      { subject: ME, ended: true },
      'new',
    ],
    [
      'that is current, after the server ended the session',
      signedIn(),
      tokens('a2'),
      { ended: true },
      'same',
    ],
    ['of nobody known', signedIn({ subject: ME }), tokens('b', undefined, 6000), {}, 'new'],
    [
      'of another subject',
      signedIn({ subject: ME }),
      tokens('b'),
      { subject: 'option:you' },
      'new',
    ],
    [
      'of a subject by another source',
      signedIn({ subject: ME }),
      tokens('b', undefined, 6000),
      { subject: 'id_token:me' },
      'new',
    ],
    ['after a sign-out, also the very same', tombstone('s'), tokens('a2'), {}, 'new'],
    ['where nobody ever was', undefined, tokens('a2'), {}, 'new'],
  ])('%s', (_, record, announced, more, is) => {
    expect(announcementOf(record, announced, context(more))).toBe(is);
  });
});

describe('while nobody is signed in, the announcement of', () => {
  it.each<Row>([
    ['anything, where nobody ever was', undefined, tokens('a', 'r'), {}, 'new'],
    ['unknown tokens', signedOut, tokens('n', 'rn'), {}, 'new'],
    ['the tokens that were signed out', signedOut, tokens('a2', 'r2'), {}, 'over'],
    ['an earlier generation of them', signedOut, tokens('a1', 'r1', 9000), {}, 'over'],
    ['those, again', signedOut, tokens('a2', 'r2'), { again: true }, 'new'],
    [
      'one that is only among the spent',
      tombstone('s', { spent: [fingerprint('r1')] }),
      tokens('a1', 'r1'),
      {},
      'over',
    ],
  ])('%s', (_, record, announced, more, is) => {
    expect(announcementOf(record, announced, context(more))).toBe(is);
  });
});

describe('while this manager’s own refresh function runs, unknown tokens', () => {
  const mine = { session: 's' };
  it.each<Row>([
    ['for its session', signedIn(), tokens('n', 'rn'), { refreshing: mine }, 'new'],
    [
      'for its session, of the same subject: its answer, early',
      signedIn(),
      tokens('n', 'rn'),
      { refreshing: { ...mine, subject: ME }, subject: ME },
      'next',
    ],
    [
      'for its session, of another subject',
      signedIn(),
      tokens('n', 'rn'),
      { refreshing: { ...mine, subject: ME }, subject: 'option:you' },
      'new',
    ],
    [
      'after a sign-out: its answer, late',
      signedOut,
      tokens('n', 'rn'),
      { refreshing: mine },
      'over',
    ],
    [
      'after another sign-in',
      signedIn({ session: 't' }),
      tokens('n', 'rn'),
      { refreshing: mine },
      'over',
    ],
    [
      'after a sign-out, again',
      signedOut,
      tokens('n', 'rn'),
      { refreshing: mine, again: true },
      'new',
    ],
    [
      'after a sign-out, of a subject that is known to be another',
      signedOut,
      tokens('n', 'rn'),
      { refreshing: { ...mine, subject: ME }, subject: 'option:you' },
      'new',
    ],
    [
      'after a sign-out, of the same subject',
      signedOut,
      tokens('n', 'rn'),
      { refreshing: { ...mine, subject: ME }, subject: ME },
      'over',
    ],
  ])('%s', (_, record, announced, more, is) => {
    expect(announcementOf(record, announced, context(more))).toBe(is);
  });
});

describe('the record after', () => {
  const birth = { session: 'new', now: 10, issuedAt: 9, subject: ME };

  it.each(['same', 'older', 'over'] as const)('%s is the one before', (is) => {
    expect(announcedRecord(is, signedIn(), tokens('n', 'rn'), birth)).toBeUndefined();
  });

  it('next is the next generation, which keeps the refresh token where none was announced', () => {
    expect(announcedRecord('next', signedIn(), tokens('n', 'rn', 7), birth)).toMatchObject({
      session: 's',
      gen: 3,
      issuedAt: 9,
      tokens: tokens('n', 'rn', 7),
    });
    const kept = announcedRecord('next', signedIn(), tokens('n', undefined, 7), birth);
    expect(kept?.tokens).toEqual(tokens('n', 'r2', 7));
    expect(kept?.spent).toEqual(signedIn().spent);
    const bare = announcedRecord('next', signedIn({ tokens: tokens('a') }), tokens('n'), birth);
    expect(Object.keys(bare?.tokens ?? {})).toEqual(['accessToken']);
  });

  it('new is a new session, after everything that was found', () => {
    const found = announcedRecord(
      'new',
      signedIn({ turn: 50 }),
      tokens('n', 'rn'),
      birth,
      tombstone('t', { turn: 90 }),
    );
    expect(found).toMatchObject({ session: 'new', gen: 0, turn: 91, subject: ME });
    expect(found?.past).toEqual(['rx', 'r0', 'r1', 'r2'].map(fingerprint));
  });
});
