import { expect, it } from '@jest/globals';
import { liveEvents } from '../src/event-source.ts';
import { liveSession, notes } from './support.ts';

it('liveEvents is opened again with each new token, and goes on after the last event', async () => {
  const session = await liveSession();
  const asked = notes<string>();
  let next = 1;
  session.http.on('request', ({ headers }, response) => {
    const live = session.server.authorize(headers.authorization?.slice('Bearer '.length));
    asked.add(`${live ? 'live' : 'dead'} after ${String(headers['last-event-id'] ?? 'nothing')}`);
    if (!live) {
      response.writeHead(401, { 'www-authenticate': 'Bearer error="invalid_token"' }).end();
      return;
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(`id: ${next}\ndata: event ${next}\n\n`);
    next++;
  });
  session.server.endAccessTokens();
  const events = notes<string>();
  const stop = liveEvents(session.tokens, `http://${session.origin}/events`, events.add);
  await events.reach(1);
  await session.tokens.refresh();
  await events.reach(2);
  stop();
  expect(events.all.slice(0, 2)).toEqual(['event 1', 'event 2']);
  expect(asked.all[0]).toBe('dead after nothing');
  expect(asked.all.at(-1)).toBe('live after 1');
  await session.close();
});
