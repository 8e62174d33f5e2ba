import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type ManualClock, manualClock } from '@unexpired/testing';
import fc from 'fast-check';
import type { TokenEvent, TokenManager } from 'unexpired';
import { type Broker, startBroker } from '../../service/test/support/broker.ts';
import { createEventReader } from '../src/event-text.ts';
import {
  type RemoteEvents,
  remoteEvents,
  type RemoteTokensOptions,
  remoteTokens,
} from '../src/index.ts';

const opened: TokenManager[] = [];
const open = (options: Partial<RemoteTokensOptions>): TokenManager => {
  const tokens = remoteTokens({
    ...{ url: 'http://127.0.0.1:1', session: 'acme:42', credentials: 'unx_test' },
    ...options,
  });
  opened.push(tokens);
  return tokens;
};
const closeAll = async (): Promise<void> => {
  for (const one of opened.splice(0)) await one.close();
};
/** Resolves with the next event of this type. */
const eventOf = (tokens: TokenManager, type: TokenEvent['type']): Promise<TokenEvent> =>
  new Promise((resolve) => {
    const stop = tokens.subscribe((event) => {
      if (event.type !== type) return;
      stop();
      resolve(event);
    });
  });

describe('tokens that watch a real broker', () => {
  let broker: Broker;
  let url: string;
  let streams = 0;
  const counting: RemoteTokensOptions['fetch'] = async (to, init) => {
    if (to.endsWith('/v1/events')) streams++;
    return fetch(to, init);
  };
  beforeEach(async () => {
    streams = 0;
    broker = await startBroker();
    url = await broker.listen();
  });
  afterEach(async () => {
    await closeAll();
    await broker.stop();
  });
  const watching = (): ((session: string) => TokenManager) => {
    const service = { url, credentials: broker.key, fetch: counting };
    const events = remoteEvents(service);
    return (session) => open({ ...service, session, events });
  };

  it('have the new token, the sign-out and the sign-in that others made without being asked, over one connection for all sessions', async () => {
    const keys = ['acme:1', 'acme:2', 'acme:3'];
    for (const key of keys) await broker.deposit(key);
    const all = keys.map(watching());
    const first = await Promise.all(all.map((tokens) => tokens.getToken()));
    const tokens = all[0] as TokenManager;
    // The other one does not watch: it is who makes the broker rotate.
    const other = open({ url, session: 'acme:1', credentials: broker.key });

    const refreshed = eventOf(tokens, 'refreshed');
    await other.replaceRejected(first[0] as NonNullable<(typeof first)[0]>);
    await refreshed;
    expect(await tokens.getToken()).toMatchObject({ generation: 1 });

    const signedOut = eventOf(tokens, 'signedOut');
    await other.signOut();
    await signedOut;
    expect(tokens.status).toBe('signedOut');

    const signedIn = eventOf(tokens, 'signedIn');
    await broker.deposit('acme:1');
    await signedIn;
    expect(tokens.status).toBe('signedIn');
    expect(all.slice(1).map(({ status }) => status)).toEqual(['signedIn', 'signedIn']);
    expect(streams).toBe(1);
  });
});

describe('tokens that watch a service that is played', () => {
  let clock: ManualClock;
  let events: RemoteEvents;
  /** What each connection asked with, and what says something on it. */
  let connections: { last: string | null; say: (text: string) => void; end: () => void }[];
  let asked = 0;
  /** The `Cache-Control` of what was asked. */
  let wishes: (string | null)[];
  /** Seconds. */
  let lifetime = 3600;
  let refuse: number | undefined;
  beforeEach(() => {
    clock = manualClock();
    connections = [];
    asked = 0;
    wishes = [];
    lifetime = 3600;
    refuse = undefined;
    events = remoteEvents({
      ...{ url: 'http://127.0.0.1:1', credentials: 'unx_test', clock, random: () => 0.5 },
      fetch: play,
    });
  });
  afterEach(closeAll);
  const play: RemoteTokensOptions['fetch'] = async (to, { headers, signal }) => {
    if (!to.endsWith('/v1/events')) {
      asked++;
      wishes.push(headers['cache-control'] ?? null);
      const body = { session: 's', generation: asked, access_token: `token-${asked}` };
      return Response.json({
        ...body,
        token_type: 'Bearer',
        expires_at: clock.now() / 1000 + lifetime,
      });
    }
    if (refuse !== undefined)
      return Response.json({ code: 'forbidden', action: 'fix' }, { status: refuse });
    let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
    const body = new ReadableStream<Uint8Array>({ start: (made) => void (controller = made) });
    signal.addEventListener('abort', () => controller?.error(new Error('aborted')));
    connections.push({
      last: headers['last-event-id'] ?? null,
      say: (text) => controller?.enqueue(new TextEncoder().encode(text)),
      end: () => controller?.close(),
    });
    return new Response(body);
  };
  const told = (generation: number, state = 'active'): string =>
    `data: ${JSON.stringify({ key: 'acme:42', session: 's', generation, state })}\n\n`;
  const start = async (): Promise<TokenManager> => {
    const tokens = open({ clock, random: () => 0.5, fetch: play, events });
    await clock.advance(0);
    await tokens.getToken();
    return tokens;
  };

  it('are asked for where there is news, and not where it is known', async () => {
    const tokens = await start();
    expect(asked).toBe(1);
    connections[0]?.say(told(1) + told(0));
    await clock.advance(0);
    expect(asked).toBe(1);
    connections[0]?.say(told(2));
    await clock.advance(0);
    expect(asked).toBe(2);
    expect((await tokens.getToken())?.accessToken).toBe('token-2');
    expect(asked).toBe(2);
  });

  it('are asked for past what a replica knows where something has changed, and only there', async () => {
    lifetime = 10;
    const tokens = await start();
    await clock.advance(9500);
    await tokens.getToken();
    expect(wishes).toEqual(['no-cache', null]); // when it connects, anything may have changed since it was read
    connections.at(-1)?.say(told(3));
    await clock.advance(0);
    expect(wishes.slice(2)).toEqual(['no-cache']);
  });

  it('are asked for again where there was news while they were asked for', async () => {
    lifetime = 10;
    const tokens = await start();
    await clock.advance(9500);
    const reading = tokens.getToken();
    connections.at(-1)?.say(told(3));
    await clock.advance(0);
    await reading;
    expect((await tokens.getToken())?.accessToken).toBe('token-3');
    expect(wishes).toEqual(['no-cache', null, 'no-cache']);
  });

  it('go on where the connection broke, and are asked for once more where that cannot be', async () => {
    const tokens = await start();
    connections[0]?.say('id: 17\n\n');
    await clock.advance(0);
    connections[0]?.end();
    await clock.advance(10_000);
    expect(connections.map(({ last }) => last)).toEqual([null, '17']);
    await tokens.getToken();
    expect(asked).toBe(1);
    connections[1]?.say('event: reset\ndata: {}\n\n');
    await clock.advance(0);
    expect(asked).toBe(1); // all sessions at once would be a storm
    await tokens.getToken();
    await tokens.getToken();
    expect(asked).toBe(2);
  });

  it('make another connection where one is silent for 45 s', async () => {
    await start();
    for (let signs = 0; signs < 5; signs++) {
      await clock.advance(40_000);
      connections[0]?.say(':\n\n');
      await clock.advance(0);
    }
    expect(connections.length).toBe(1);
    await clock.advance(55_000);
    expect(connections.length).toBe(2);
  });

  it('work without, where the service does not let them listen, which they try once a minute', async () => {
    refuse = 403;
    const tokens = await start();
    expect((await tokens.getToken())?.accessToken).toBe('token-1');
    await clock.advance(59_000);
    refuse = undefined;
    expect(connections.length).toBe(0);
    await clock.advance(2000);
    expect(connections.length).toBe(1);
  });

  it('leave nothing behind when the last of them is closed', async () => {
    const tokens = await start();
    const other = open({ clock, session: 'acme:43', random: () => 0.5, fetch: play, events });
    await clock.advance(0);
    await tokens.close();
    await clock.advance(0);
    expect(connections.length).toBe(1);
    expect(clock.pending).toBeGreaterThan(0);
    await other.close();
    await clock.advance(0);
    expect(clock.pending).toBe(0);
  });
});

describe('a connection for events', () => {
  it('has to be one of the same service', () => {
    const events = remoteEvents({ url: 'https://a.example', credentials: 'unx_test' });
    for (const url of ['https://b.example', 'https://a.example/other'])
      expect(() => open({ url, events })).toThrow(
        'events: expected remoteEvents() of the same url',
      );
    expect(() => remoteEvents({ url: 'http://a.example', credentials: 'unx_test' })).toThrow(
      'remoteEvents: url: expected https',
    );
  });
});

describe('the text of a stream', () => {
  it('is read the same however it is cut', () => {
    const text =
      'id: 1\n\n:sign\n\ndata: {"a":1}\nevent: x\r\n\r\ndata:two\ndata: lines\n\nid: 2\n\nevent: none\n\n';
    const whole = createEventReader();
    const expected = whole.read(text);
    expect(expected).toEqual([
      { type: 'x', data: '{"a":1}' },
      { type: 'message', data: 'two\nlines' },
    ]);
    expect(whole.lastId).toBe('2');
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: text.length })), (cuts) => {
        const places = [0, ...cuts.toSorted((one, other) => one - other), text.length];
        const reader = createEventReader();
        const read = places.flatMap((place, index) =>
          reader.read(text.slice(place, places[index + 1] ?? place)),
        );
        expect(read).toEqual(expected);
        expect(reader.lastId).toBe('2');
      }),
    );
  });

  it('may not have a line without an end', () => {
    const reader = createEventReader();
    expect(() => {
      for (let part = 0; part < 100; part++) reader.read('x'.repeat(1000));
    }).toThrow('a line without an end');
  });
});
