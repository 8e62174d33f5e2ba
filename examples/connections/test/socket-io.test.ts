import { expect, it } from '@jest/globals';
import { liveSocket } from '../src/socket-io.ts';
import { serveSocketIo } from './servers.ts';
import { liveSession, notes } from './support.ts';

it('liveSocket is refused with a dead token, renews it once and connects; and again with each next token', async () => {
  const session = await liveSession();
  const { said, stop } = serveSocketIo(session);
  session.server.endAccessTokens();
  const { socket, close } = liveSocket(session.tokens, `http://${session.origin}`);
  const connected = notes<string | undefined>();
  socket.on('connect', () => connected.add(socket.id));
  await connected.reach(1);
  expect([said.all[0], said.all.at(-1)]).toEqual(['dead', 'live']);
  expect(session.server.counters.calls).toBe(1);
  await session.tokens.refresh();
  await connected.reach(2);
  expect(said.all.at(-1)).toBe('live');
  close();
  stop();
  await session.close();
});
