import { describe, expect, it } from '@jest/globals';
import type { Rule } from './finding.ts';
import type { ProofRecord, Read, Redemption, Replica, Result } from './record.ts';
import { verdict } from './verdict.ts';
import { createWords, fingerprint, LENGTH } from './words.ts';

const SESSION = 'acme:1';
const OTHER = 'acme:2';
const LIFETIME = 20_000;

/** A run in which `acme:1` has got two generations, from process 0 in place 0, and nothing happened. */
const quiet: ProofRecord = {
  sessions: [SESSION, OTHER],
  issued: [
    { token: 'a1', session: SESSION, at: 0, lifetime: LIFETIME },
    { token: 'a2', session: SESSION, at: 10_000, lifetime: LIFETIME },
    { token: 'b1', session: OTHER, at: 0, lifetime: LIFETIME },
  ],
  redemptions: [],
  refusals: [],
  reads: [],
  replicas: [{ id: 0, place: 0, listening: 0, refreshes: [] }],
  outages: [],
  leaks: [],
  last: new Map(),
};

const token = (name: string, generation = 1): Result => ({
  ...{ type: 'token', token: name, session: 's', generation },
});
const read = (begun: number, result: Result, more: Partial<Read> = {}): Read => ({
  ...{ key: SESSION, begun, ended: begun + 10, result, ...more },
});
const problem = (code: string): Result => ({ type: 'problem', status: 409, code });
const redemption = (more: Partial<Redemption> = {}): Redemption => ({
  ...{ replica: 0, start: 10_000, end: 10_100, outcome: 'rotated', isCut: false },
  ...{ token: 'r1', session: SESSION, ...more },
});
const reuse = redemption({ start: 90_000, end: 90_100, outcome: 'reuse', replica: 1 });
const killed = (more: Partial<Replica> = {}): Replica => ({
  ...{ id: 0, place: 0, listening: 0, refreshes: [] },
  ...{ ended: { signal: 'SIGKILL', at: 10_200 }, ...more },
});
const next: Replica = { id: 1, place: 0, listening: 12_000, refreshes: [] };

const rulesOf = (more: Partial<ProofRecord>): Rule[] =>
  verdict({ ...quiet, ...more }).map(({ rule }) => rule);

describe('the verdict finds nothing', () => {
  const rejected = { session: 's', generation: 1 };
  it.each<[string, Partial<ProofRecord>]>([
    ['in a run in which nothing happened', { reads: [read(11_000, token('a2', 2))] }],
    ['in a token that is served up to its expiry', { reads: [read(LIFETIME, token('a1'))] }],
    [
      'in a refused token that another replica serves for 2 s',
      { reads: [read(1000, token('a2', 2), { rejected }), read(3000, token('a1'))] },
    ],
    [
      'in a refused token that is served while the database is away',
      {
        reads: [read(1000, token('a2', 2), { rejected }), read(9000, token('a1'))],
        outages: [{ from: 8000, until: 10_000 }],
      },
    ],
    [
      'in a refused token that another replica serves for 2 s after what was owed to the database is stored',
      {
        reads: [read(8100, token('a2', 2), { rejected }), read(12_000, token('a1'))],
        outages: [{ from: 8000, until: 10_000 }],
      },
    ],
    [
      'in an API that refuses what it was told to refuse, and what has expired meanwhile',
      {
        refusals: [{ token: 'a2', at: 10_500 }],
        reads: [
          read(11_000, token('a2', 2), { used: { status: 401, at: 11_010 } }),
          read(19_000, token('a1'), { used: { status: 401, at: 19_500 } }),
        ],
      },
    ],
    [
      'in problems',
      { reads: [read(0, problem('ERR_REFRESH_UNAVAILABLE')), read(0, { type: 'none' })] },
    ],
    [
      'in a connection that breaks while a replica ends, up to when the next one listens',
      {
        reads: [10_190, 11_990].map((at) => read(at, { type: 'connection', code: 'ECONNRESET' })),
        replicas: [killed(), next],
      },
    ],
    [
      'in a reuse of a refresh token that was in flight at a kill, and in the end of that session',
      {
        redemptions: [redemption(), reuse],
        replicas: [killed(), next],
        reads: [read(90_100, problem('ERR_SESSION_ENDED'))],
        last: new Map([[SESSION, problem('ERR_SESSION_ENDED')]]),
      },
    ],
    [
      'in a reuse of a refresh token whose answer the provider has cut',
      { redemptions: [redemption({ isCut: true, end: undefined }), { ...reuse, replica: 0 }] },
    ],
  ])('%s', (_what, more) => {
    expect(rulesOf(more)).toEqual([]);
  });
});

describe('the verdict finds that', () => {
  const rejected = { session: 's', generation: 1 };
  it.each<[Rule, string, Partial<ProofRecord>]>([
    [
      'a token of another session was served',
      'where there is such a token elsewhere, or nowhere',
      { reads: [read(1000, token('b1'))] },
    ],
    ['a token of another session was served', 'nobody issued', { reads: [read(1, token('x'))] }],
    [
      'a token was served after its expiry',
      'by a millisecond',
      { reads: [read(LIFETIME + 1, token('a1'))] },
    ],
    [
      'a refused token was served in its own place',
      'to whom it was refused',
      { reads: [read(1000, token('a1'), { rejected })] },
    ],
    [
      'a refused token was served again after it had been replaced',
      'later than 2 s after that, at once, with a database',
      { reads: [read(1000, token('a2', 2), { rejected }), read(3011, token('a1'))] },
    ],
    [
      'a refused token was served again after it had been replaced',
      'later than 2 s after what was owed to the database is stored',
      {
        reads: [read(8100, token('a2', 2), { rejected }), read(12_001, token('a1'))],
        outages: [{ from: 8000, until: 10_000 }],
      },
    ],
    [
      'the API refused a token that it had no reason to refuse',
      'while it was good',
      { reads: [read(1000, token('a1'), { used: { status: 401, at: 1010 } })] },
    ],
    [
      'a request was not answered',
      'for as long as its client has waited',
      { reads: [read(0, { type: 'silence' }, { ended: undefined })] },
    ],
    [
      'an answer was neither a token nor a problem',
      'such as a page of HTML',
      { reads: [read(0, { type: 'odd', status: 502 })] },
    ],
    [
      'a connection broke while no replica ended',
      'before a kill',
      {
        reads: [read(9000, { type: 'connection', code: 'ECONNRESET' })],
        replicas: [killed(), next],
      },
    ],
    [
      'a connection broke while no replica ended',
      'after the next one listens',
      {
        reads: [read(12_001, { type: 'connection', code: 'ECONNRESET' })],
        replicas: [killed(), next],
      },
    ],
    [
      'a refresh token was redeemed twice',
      'and the provider did not notice',
      { redemptions: [redemption(), redemption({ start: 10_050 })] },
    ],
    [
      'a refresh token came twice without a lost answer',
      'from a replica that nobody has killed',
      { redemptions: [redemption(), reuse] },
    ],
    [
      'a refresh token came twice without a lost answer',
      'from one that was drained',
      {
        redemptions: [redemption(), reuse],
        replicas: [killed({ ended: { signal: 'SIGTERM', at: 10_200 } }), next],
      },
    ],
    [
      'a refresh token came twice without a lost answer',
      'where the log of the killed one says that it had stored the answer',
      {
        redemptions: [redemption(), reuse],
        replicas: [
          killed({ refreshes: [{ session: SESSION, at: 10_150, outcome: 'refreshed' }] }),
          next,
        ],
      },
    ],
    [
      'a refresh token came twice without a lost answer',
      'a second time for one lost answer',
      { redemptions: [redemption({ isCut: true }), reuse, { ...reuse, start: 90_001 }] },
    ],
    [
      'a session was lost without a lost answer',
      'while a client asked',
      { reads: [read(0, problem('ERR_SESSION_ENDED'))] },
    ],
    [
      'a session had no token in the end',
      'though its refresh token was good',
      { last: new Map([[SESSION, problem('ERR_REFRESH_UNAVAILABLE')]]) },
    ],
    ['a secret was written', 'anywhere', { leaks: [{ secret: 'f00d', where: 'the log' }] }],
  ])('%s: %s', (rule, _what, more) => {
    expect(rulesOf(more)).toEqual([rule]);
  });
});

describe('a secret', () => {
  const secret = 'Abc_-9'.padEnd(LENGTH, 'x');
  it.each(['', 'Bearer ', 'prefix', '"refresh_token":"'])(
    'is found wherever it is written, after "%s"',
    (before) => {
      const words = createWords();
      words.look('the log', `a line\n${before}${secret}suffix and more`);
      const found = words.find([secret, 'another'.padEnd(LENGTH, 'x')]);
      expect(found).toEqual([{ secret: fingerprint(secret), where: 'the log' }]);
    },
  );

  it('is not found where it may be, nor where only its fingerprint is', () => {
    const words = createWords();
    words.look('an answer', secret);
    words.look('the log', fingerprint(secret));
    expect(words.find([secret], 'an answer')).toEqual([]);
    expect(words.find([secret])).toHaveLength(1);
  });
});
