import { channel, tracingChannel } from 'node:diagnostics_channel';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createTokenManager, createTokenPool, TokenError, type TokenEvent } from 'unexpired';
import { publishEvents } from '../src/index.ts';

const SPANS = ['start', 'end', 'asyncStart', 'asyncEnd', 'error'] as const;
let events: TokenEvent[] = [];
let spans: [(typeof SPANS)[number], Readonly<Record<string, unknown>>][] = [];
let contexts: object[] = [];
const onEvent = (event: unknown): void => void events.push(event as TokenEvent);
const told = (name: (typeof SPANS)[number]) => (context: object) => {
  contexts.push(context);
  spans.push([name, { ...context }]);
};
const subscribers = {
  start: told('start'),
  end: told('end'),
  asyncStart: told('asyncStart'),
  asyncEnd: told('asyncEnd'),
  error: told('error'),
};
const listen = (): void => {
  channel('unexpired:event').subscribe(onEvent);
  tracingChannel('unexpired:refresh').subscribe(subscribers);
};
const unlisten = (): void => {
  channel('unexpired:event').unsubscribe(onEvent);
  tracingChannel('unexpired:refresh').unsubscribe(subscribers);
};
beforeEach(() => {
  [events, spans, contexts] = [[], [], []];
  listen();
});
afterEach(unlisten);

/** Whatever tells of flights. */
function fakeSession() {
  const listeners = new Set<(event: TokenEvent) => void>();
  return {
    subscribe(listener: (event: TokenEvent) => void) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    listeners,
    emit: (event: object) => {
      for (const listener of listeners) listener(event as TokenEvent);
    },
  };
}
const started = (flight: string, name = 'mine') => ({
  name,
  at: 1,
  type: 'refreshStarted',
  flight,
  reason: 'due',
});
const ended = (flight: string, more: object = { outcome: 'refreshed' }, name = 'mine') => ({
  name,
  at: 2,
  type: 'refreshEnded',
  flight,
  reason: 'due',
  duration: 1,
  attempts: 1,
  ...more,
});

it.each([
  [undefined, 'undefined'],
  [null, 'null'],
  ['mine', 'string'],
  [{ subscribe: true }, 'object'],
])(
  'takes whatever has subscribe(), and says so where it gets another thing: %j',
  (given, named) => {
    expect(() => publishEvents(given as never)).toThrow(
      new TypeError(
        `publishEvents: expected whatever has subscribe(), as a manager or a pool, got ${named}`,
      ),
    );
  },
);

describe('the channel unexpired:event', () => {
  it('has the events of a manager, without a token, until it is stopped', async () => {
    const tokens = createTokenManager({
      name: 'mine',
      refresh: async () => ({ accessToken: 'secret-new', refreshToken: 'secret-next' }),
    });
    const own: TokenEvent[] = [];
    tokens.subscribe((event) => own.push(event));
    const stop = publishEvents(tokens);
    await tokens.setSession({ accessToken: 'secret-a', refreshToken: 'secret-r' });
    await tokens.refresh();
    expect(events.length).toBeGreaterThan(2);
    expect(events).toEqual(own);
    expect(inspect([events, spans], { depth: 20, showHidden: true })).not.toContain('secret');
    stop();
    const before = events.length;
    await tokens.signOut();
    expect([events.length, own.length > before]).toEqual([before, true]);
    await tokens.close();
  });

  it('has the events of all sessions of a pool, by their names', async () => {
    const pool = createTokenPool((key) => ({
      name: key,
      refresh: async () => ({ accessToken: `access-of-${key}` }),
    }));
    const stop = publishEvents(pool);
    for (const key of ['ada', 'bob'])
      await pool.get(key).setSession({ accessToken: 'a', refreshToken: `r-${key}` });
    expect(events.map(({ name, type }) => [name, type])).toEqual(
      expect.arrayContaining([
        ['ada', 'signedIn'],
        ['bob', 'signedIn'],
      ]),
    );
    stop();
    await pool.close();
  });
});

describe('the tracing channel unexpired:refresh', () => {
  it('has each flight as one span with one context: what its start says, then what its end says', () => {
    const session = fakeSession();
    publishEvents(session);
    session.emit(started('f1'));
    expect(spans).toEqual([
      ['start', started('f1')],
      ['end', started('f1')],
    ]);
    session.emit({ name: 'mine', at: 2, type: 'refreshed', by: 'self' });
    session.emit(ended('f1'));
    expect(spans.slice(2)).toEqual([
      ['asyncStart', ended('f1')],
      ['asyncEnd', ended('f1')],
    ]);
    expect(new Set(contexts).size).toBe(1);
    expect(events).toHaveLength(3);
  });

  it('says of a flight that failed which error it had', () => {
    const session = fakeSession();
    publishEvents(session);
    const error = new TokenError('ERR_SESSION_ENDED');
    session.emit(started('f1'));
    session.emit(ended('f1', { outcome: 'sessionEnded', error }));
    expect(spans.map(([name]) => name)).toEqual([
      'start',
      'end',
      'error',
      'asyncStart',
      'asyncEnd',
    ]);
    expect(spans[2]?.[1]).toMatchObject({ error, outcome: 'sessionEnded' });
  });

  it('tells flights apart that are under way at once, also those of two sessions that count alike', () => {
    const session = fakeSession();
    publishEvents(session);
    session.emit(started('1', 'ada'));
    session.emit(started('1', 'bob'));
    session.emit(started('2', 'ada'));
    session.emit(ended('1', { outcome: 'adopted' }, 'bob'));
    session.emit(ended('2', { outcome: 'superseded' }, 'ada'));
    session.emit(ended('1', { outcome: 'refreshed' }, 'ada'));
    expect(
      spans
        .filter(([name]) => name === 'asyncEnd')
        .map(([, { name, flight, outcome }]) => [name, flight, outcome]),
    ).toEqual([
      ['bob', '1', 'adopted'],
      ['ada', '2', 'superseded'],
      ['ada', '1', 'refreshed'],
    ]);
    expect(new Set(contexts).size).toBe(3);
  });

  it('has no half of a span: not the end of a flight whose start nobody heard, nor anything after the stop', () => {
    const session = fakeSession();
    const stop = publishEvents(session);
    unlisten();
    session.emit(started('f1'));
    listen();
    session.emit(ended('f1'));
    session.emit(ended('never started'));
    session.emit(ended('f1'));
    expect(spans).toEqual([]);
    session.emit(started('f2'));
    stop();
    session.emit(ended('f2'));
    expect([spans.length, session.listeners.size]).toEqual([2, 0]);
  });

  it('has one end for each start, however often the end is told', () => {
    const session = fakeSession();
    publishEvents(session);
    session.emit(started('f1'));
    session.emit(ended('f1'));
    session.emit(ended('f1'));
    expect(spans.map(([name]) => name)).toEqual(['start', 'end', 'asyncStart', 'asyncEnd']);
  });

  it('is of use to a listener of one of its channels alone', () => {
    unlisten();
    const heard: object[] = [];
    const listener = (context: unknown): void => void heard.push({ ...(context as object) });
    channel('tracing:unexpired:refresh:asyncEnd').subscribe(listener);
    const session = fakeSession();
    publishEvents(session);
    session.emit(started('f1'));
    session.emit(ended('f1'));
    channel('tracing:unexpired:refresh:asyncEnd').unsubscribe(listener);
    expect(heard).toEqual([ended('f1')]);
  });
});
