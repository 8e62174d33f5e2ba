import { expect, it } from '@jest/globals';
import { WebSocket } from 'ws';
import { liveGraphql } from '../src/graphql-ws.ts';
import { serveGraphql } from './servers.ts';
import { liveSession, notes } from './support.ts';

it.each([
  { code: 4403, tries: 'is subscribed again' },
  { code: 4401, tries: 'fails, and the next one succeeds' },
])(
  'liveGraphql is closed with $code for a dead token and renews it once: the subscription $tries; and with each next token',
  async ({ code }) => {
    const session = await liveSession();
    const { said, stop } = serveGraphql(session, code);
    session.server.endAccessTokens();
    const { client, close } = liveGraphql(session.tokens, {
      url: `ws://${session.origin}`,
      webSocketImpl: WebSocket,
      retryWait: async () => undefined,
    });
    const ticks = notes<unknown>();
    const failed = notes<unknown>();
    const subscribe = (): void =>
      void client.subscribe(
        { query: 'subscription { ticks }' },
        { next: ({ data }) => ticks.add(data), error: failed.add, complete: () => undefined },
      );
    subscribe();
    if (code === 4401) {
      await failed.reach(1);
      subscribe();
    }
    await ticks.reach(1);
    expect(failed.all).toHaveLength(code === 4401 ? 1 : 0);
    expect(said.all).toEqual(['dead', 'live']);
    expect(session.server.counters.calls).toBe(1);
    await session.tokens.refresh();
    await ticks.reach(2);
    expect(ticks.all).toEqual([{ ticks: 'tick' }, { ticks: 'tick' }]);
    expect(said.all).toEqual(['dead', 'live', 'live']);
    await close();
    stop();
    await session.close();
  },
);
