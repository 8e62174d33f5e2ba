import { inspect } from 'node:util';
import { trace } from '@opentelemetry/api';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createAuthFetch } from '@unexpired/fetch';
import { manualClock, settle, simulatedFetch, simulatedServer } from '@unexpired/testing';
import { createTokenManager, createTokenPool, memoryStore, type TokenEvent } from 'unexpired';
import { instrument } from '../src/index.ts';
import { collector, withAsyncContext } from './collect.ts';

const API = 'https://api.example.com';
let seen = collector();
let stopContext = (): void => {};
beforeEach(() => {
  seen = collector();
  stopContext = withAsyncContext();
});
afterEach(async () => {
  stopContext();
  await seen.close();
});

/** A signed-in manager, a server that is strict about reuse, and a client of its API. */
function signedIn() {
  const clock = manualClock();
  const server = simulatedServer({ clock });
  const tokens = createTokenManager({
    name: 'user-42',
    tokens: server.login(),
    refresh: server.refresh,
    clock,
  });
  const stop = instrument(tokens, seen.providers);
  const request = createAuthFetch(tokens, {
    origins: [API],
    fetch: simulatedFetch(server),
  });
  return { clock, server, tokens, stop, request };
}

/** Whatever tells of events. */
function emitter() {
  const listeners = new Set<(event: TokenEvent) => void>();
  return {
    subscribe(listener: (event: TokenEvent) => void) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    emit: (event: object) => {
      for (const listener of listeners) listener({ name: 'mine', at: 0, ...event } as TokenEvent);
    },
    listeners,
  };
}
const ended = {
  type: 'refreshEnded',
  flight: '1',
  reason: 'due',
  outcome: 'refreshed',
  duration: 250,
  lockWait: 1500,
  intentWait: 0,
  unanswered: 1,
  attempts: 2,
  waiting: 7,
};

describe('a refresh', () => {
  it('is counted and timed once, however many waited for it', async () => {
    const { tokens } = signedIn();
    await Promise.all([tokens.refresh(), tokens.refresh(), tokens.refresh()]);
    await settle();

    expect(await seen.points('unexpired.refreshes')).toEqual([
      {
        value: 1,
        attributes: { 'unexpired.reason': 'requested', 'unexpired.outcome': 'refreshed' },
      },
    ]);
    expect(await seen.points('unexpired.refresh_seconds')).toMatchObject([{ value: 1 }]);
    expect(await seen.points('unexpired.attempts')).toMatchObject([{ value: 1 }]);
    expect(await seen.points('unexpired.in_flight')).toMatchObject([{ value: 0 }]);
  });

  it('is a span below the request that began it, with its figures', async () => {
    const { tokens } = signedIn();
    const tracer = seen.providers.tracerProvider.getTracer('app');
    await tracer.startActiveSpan('request', async (parent) => {
      await tokens.refresh();
      await settle();
      parent.end();
    });

    const [refresh, request] = ['unexpired refresh', 'request'].map((name) =>
      seen.spans().find((span) => span.name === name),
    );
    expect(refresh?.parentSpanContext?.spanId).toBe(request?.spanContext().spanId);
    expect(refresh?.attributes).toMatchObject({
      'unexpired.reason': 'requested',
      'unexpired.outcome': 'refreshed',
      'unexpired.attempts': 1,
      'unexpired.lost_answers': 0,
    });
  });

  it('that fails carries the code of its error, and not its message', async () => {
    const { tokens, server } = signedIn();
    server.endSession(String(server.events[0]?.session));
    await expect(tokens.refresh()).rejects.toMatchObject({ code: 'ERR_SESSION_ENDED' });
    await settle();

    expect(await seen.points('unexpired.refreshes')).toMatchObject([
      {
        attributes: { 'unexpired.outcome': 'sessionEnded', 'error.type': 'ERR_SESSION_ENDED' },
      },
    ]);
    expect(await seen.points('unexpired.sessions_ended')).toMatchObject([
      { value: 1, attributes: { 'unexpired.by': 'self' } },
    ]);
    expect(seen.spans().map(({ status }) => status.message)).toEqual(['ERR_SESSION_ENDED']);
  });

  it('gives seconds, as the conventions have it, and tells what was lost', async () => {
    const source = emitter();
    instrument(source, seen.providers);
    source.emit({ type: 'refreshStarted', flight: '1', reason: 'due' });
    source.emit(ended);

    const text = await seen.prometheus();
    expect(text).toMatch(/^unexpired_refresh_seconds_sum\{.*\} 0\.25$/m);
    expect(text).toMatch(/^unexpired_lock_wait_seconds_sum\{.*\} 1\.5$/m);
    expect(text).toMatch(/^unexpired_lost_answers_total\{.*\} 1$/m);
    expect(text).toMatch(/^unexpired_attempts_total\{.*\} 2$/m);
    expect(seen.spans()[0]?.attributes).toMatchObject({
      'unexpired.waiting': 7,
      'unexpired.lock_wait': 1.5,
      'unexpired.lost_answers': 1,
    });
  });

  it('that had begun before anybody looked is counted, without a span', async () => {
    const source = emitter();
    instrument(source, seen.providers);
    source.emit(ended);
    expect(await seen.points('unexpired.refreshes')).toMatchObject([{ value: 1 }]);
    expect(await seen.points('unexpired.in_flight')).toEqual([]);
    expect(seen.spans()).toEqual([]);
  });
});

describe('the flights of a pool', () => {
  it('are told apart, though each of its managers counts its own', async () => {
    const server = simulatedServer();
    const sessions = createTokenPool((name) => ({
      store: memoryStore({ name }),
      refresh: server.refresh,
    }));
    instrument(sessions, seen.providers);
    await Promise.all(
      ['a', 'b'].map(async (name) => {
        await sessions.get(name).setSession(server.login());
        await sessions.get(name).refresh();
      }),
    );
    await sessions.close();

    expect(await seen.points('unexpired.refreshes')).toMatchObject([{ value: 2 }]);
    expect(await seen.points('unexpired.in_flight')).toMatchObject([{ value: 0 }]);
    expect(seen.spans()).toHaveLength(2);
  });
});

describe('a request that was refused and sent again', () => {
  it('is a mark with http.request.resend_count, and is counted', async () => {
    const { server, request } = signedIn();
    server.endAccessTokens();
    const answer = await request(`${API}/things?secret=1`);
    expect(answer.status).toBe(200);

    expect(await seen.points('unexpired.rejections')).toMatchObject([
      { value: 1, attributes: { 'unexpired.then': 'refresh' } },
    ]);
    expect(await seen.points('unexpired.replays')).toMatchObject([
      { value: 1, attributes: { 'unexpired.outcome': 'accepted' } },
    ]);
    expect(seen.spans().find(({ name }) => name === 'unexpired replay')?.attributes).toEqual({
      'unexpired.outcome': 'accepted',
      'http.request.method': 'GET',
      'http.request.resend_count': 1,
      'http.response.status_code': 200,
      'server.address': 'api.example.com',
      'server.port': 443,
      'url.scheme': 'https',
    });
  });

  it.each([
    ['http://[::1]:8080', { 'server.address': '[::1]', 'server.port': 8080, 'url.scheme': 'http' }],
    ['null', {}],
  ])('has the server of %s, where it is one', (origin, server) => {
    const source = emitter();
    instrument(source, seen.providers);
    source.emit({ type: 'replayed', method: 'GET', origin, status: undefined, outcome: 'failed' });
    expect(seen.spans()[0]?.attributes).toEqual({
      'unexpired.outcome': 'failed',
      'http.request.method': 'GET',
      'http.request.resend_count': 1,
      ...server,
    });
  });
});

describe('what comes out', () => {
  it('has no session’s name, no token, no path and no query in it', async () => {
    const { server, tokens, request, clock } = signedIn();
    server.endAccessTokens();
    await request(`${API}/things?secret=1`);
    await clock.advance(4_000_000);
    await request(`${API}/things?secret=1`);
    await tokens.signOut();

    const all = (await seen.prometheus()) + inspect(seen.spans(), { depth: 12 });
    expect(all).toContain('unexpired_refreshes_total');
    for (const secret of ['user-42', 'secret', '/things', 'sim'])
      expect(all.replaceAll('unexpired replay', '')).not.toContain(secret);
  });

  it('has the caller’s attributes on metrics and spans', async () => {
    const source = emitter();
    instrument(source, {
      ...seen.providers,
      attributes: ({ name }) => ({ provider: name.slice(0, 2) }),
    });
    source.emit({ type: 'refreshStarted', flight: '1', reason: 'due' });
    source.emit(ended);
    expect(await seen.points('unexpired.refreshes')).toMatchObject([
      { attributes: { provider: 'mi' } },
    ]);
    expect(await seen.points('unexpired.in_flight')).toMatchObject([
      { value: 0, attributes: { provider: 'mi' } },
    ]);
    expect(seen.spans()[0]?.attributes).toMatchObject({ provider: 'mi' });
  });

  it('ends its span also when the caller’s attributes throw', () => {
    const source = emitter();
    let broken = false;
    instrument(source, {
      ...seen.providers,
      attributes: () => {
        if (broken) throw new Error('mine');
        return {};
      },
    });
    source.emit({ type: 'refreshStarted', flight: '1', reason: 'due' });
    broken = true;
    expect(() => source.emit(ended)).toThrow('mine');
    expect(seen.spans()).toHaveLength(1);
  });

  it('is nothing for an event of a later version', async () => {
    const source = emitter();
    instrument(source, seen.providers);
    source.emit({ type: 'somethingNew', code: 'X' });
    expect(await seen.prometheus()).not.toMatch(/^unexpired/m);
  });
});

describe('stop', () => {
  it('ends what is under way, and hears nothing more', async () => {
    const source = emitter();
    const stop = instrument(source, seen.providers);
    source.emit({ type: 'refreshStarted', flight: '1', reason: 'due' });
    stop();
    expect(source.listeners.size).toBe(0);
    expect(seen.spans()).toHaveLength(1);
    expect(await seen.points('unexpired.in_flight')).toMatchObject([{ value: 0 }]);
  });
});

describe('instrument', () => {
  it('says what it takes', () => {
    expect(() => instrument({} as never)).toThrow(
      new TypeError('instrument() takes whatever has subscribe(): a manager, a pool, a service'),
    );
  });

  it.each<[string, unknown, string]>([
    [
      'an option that does not exist',
      { meterprovider: {} },
      'instrument: there is no option "meterprovider"; the options are meterProvider, tracerProvider, attributes',
    ],
    [
      'a meter in place of its provider',
      { meterProvider: {} },
      'meterProvider: expected an object with getMeter(), got object',
    ],
    [
      'a tracer in place of its provider',
      { tracerProvider: {} },
      'tracerProvider: expected an object with getTracer(), got object',
    ],
    [
      'attributes that are no function',
      { attributes: { provider: 'xero' } },
      'attributes: expected a function, got object',
    ],
  ])(
    'says what is wrong with its options, and listens to nothing: %s',
    (_name, options, message) => {
      const listeners: unknown[] = [];
      const subscribe = (listener: unknown) => (listeners.push(listener), () => undefined);
      expect(() => instrument({ subscribe }, options as never)).toThrow(new TypeError(message));
      expect(listeners).toEqual([]);
    },
  );

  it('does without OpenTelemetry’s SDK: the global providers are none', async () => {
    const server = simulatedServer();
    const tokens = createTokenManager({ tokens: server.login(), refresh: server.refresh });
    instrument(tokens);
    await tokens.refresh();
    expect(trace.getActiveSpan()).toBeUndefined();
    expect(server.counters.redemptions).toBe(1);
  });
});
