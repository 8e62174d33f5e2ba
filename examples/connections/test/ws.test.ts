import { once } from 'node:events';
import { expect, it } from '@jest/globals';
import { WebSocket } from 'ws';
import { keepAuthorized } from '../src/ws.ts';
import { serveWs } from './servers.ts';
import { liveSession } from './support.ts';

it('keepAuthorized sends the token now, each next one, and null after the sign-out, on one connection of ws', async () => {
  const session = await liveSession();
  const { said, stop } = serveWs(session);
  const socket = new WebSocket(`ws://${session.origin}`);
  await once(socket, 'open');
  keepAuthorized(session.tokens, socket);
  await said.reach(1);
  await session.tokens.refresh();
  await said.reach(2);
  await session.tokens.signOut();
  await said.reach(3);
  expect(said.all).toEqual(['live', 'live', 'nobody']);
  socket.terminate();
  stop();
  await session.close();
});
