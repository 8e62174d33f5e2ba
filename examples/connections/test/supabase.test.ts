import { expect, it } from '@jest/globals';
import { REALTIME_SUBSCRIBE_STATES, RealtimeClient } from '@supabase/supabase-js';
import { WebSocket, WebSocketServer } from 'ws';
import { keepRealtime } from '../src/supabase.ts';
import { liveSession, notes } from './support.ts';

interface Message {
  readonly topic: string;
  readonly event: string;
  readonly ref: string;
  readonly payload: { readonly access_token?: string };
}

it('keepRealtime gives an open channel each next token, on the same connection', async () => {
  const session = await liveSession();
  const said = notes<string>();
  const sockets = new WebSocketServer({ server: session.http });
  let connections = 0;
  sockets.on('connection', (socket) => {
    connections++;
    socket.on('message', (data: Buffer) => {
      const parsed = JSON.parse(data.toString()) as
        | Message
        | [string, string, string, string, object];
      const message: Message = Array.isArray(parsed)
        ? { ref: parsed[1], topic: parsed[2], event: parsed[3], payload: parsed[4] }
        : parsed;
      const { access_token } = message.payload;
      if (access_token !== undefined)
        said.add(`${message.event} ${session.server.authorize(access_token) ? 'live' : 'dead'}`);
      if (message.event === 'phx_join') {
        const answer = { status: 'ok', response: {} };
        socket.send(
          JSON.stringify(
            Array.isArray(parsed)
              ? [parsed[0], parsed[1], parsed[2], 'phx_reply', answer]
              : { ...message, event: 'phx_reply', payload: answer },
          ),
        );
      }
    });
  });
  const realtime = new RealtimeClient(`ws://${session.origin}/realtime/v1`, {
    params: { apikey: 'publishable-key' },
    transport: WebSocket as never,
  });
  const stop = keepRealtime(session.tokens, realtime);
  await session.tokens.getToken();
  await new Promise<void>((resolve) => {
    realtime.channel('room').subscribe((status) => {
      if (status === REALTIME_SUBSCRIBE_STATES.SUBSCRIBED) resolve();
    });
  });
  await session.tokens.refresh();
  await said.reach(2);
  expect([said.all.at(-1), connections]).toEqual(['access_token live', 1]);
  stop();
  await realtime.disconnect();
  sockets.close();
  await session.close();
});
