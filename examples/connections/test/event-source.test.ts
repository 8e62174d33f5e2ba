import { expect, it } from '@jest/globals';
import { liveEvents } from '../src/event-source.ts';
import { serveEvents } from './servers.ts';
import { liveSession, notes } from './support.ts';

it('liveEvents is opened again with each new token, and goes on after the last event', async () => {
  const session = await liveSession();
  const { said } = serveEvents(session);
  session.server.endAccessTokens();
  const events = notes<string>();
  const stop = liveEvents(session.tokens, `http://${session.origin}/events`, events.add);
  await events.reach(1);
  await session.tokens.refresh();
  await events.reach(2);
  stop();
  expect(events.all.slice(0, 2)).toEqual(['event 1', 'event 2']);
  expect(said.all[0]).toBe('dead after nothing');
  expect(said.all.at(-1)).toBe('live after 1');
  await session.close();
});
