import { once } from 'node:events';
import { createAdaptorServer } from '@hono/node-server';

/** A token endpoint that stands before a real one, and answers when the test says so. */
export interface HeldEndpoint {
  readonly address: string;
  /** Resolves when it is asked for the first time. */
  readonly asked: Promise<void>;
  /** The bodies of its answers. */
  readonly answers: readonly string[];
  /** Lets all answers through from now on. */
  open(): void;
  stop(): Promise<void>;
}

export async function holdEndpoint(real: string): Promise<HeldEndpoint> {
  const events = new EventTarget();
  const asked = once(events, 'asked').then(() => undefined);
  const opened = once(events, 'opened');
  const answers: string[] = [];
  const server = createAdaptorServer({
    fetch: async (request) => {
      events.dispatchEvent(new Event('asked'));
      const body = await request.text();
      await opened;
      const headers = { 'content-type': 'application/x-www-form-urlencoded' };
      const answer = await fetch(real, { method: 'POST', headers, body });
      const text = await answer.text();
      answers.push(text);
      return new Response(text, {
        status: answer.status,
        headers: { 'content-type': 'application/json' },
      });
    },
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    address: `http://127.0.0.1:${(server.address() as { port: number }).port}/token`,
    asked,
    answers,
    open: () => void events.dispatchEvent(new Event('opened')),
    async stop() {
      const closed = once(server, 'close');
      server.close();
      if ('closeAllConnections' in server) server.closeAllConnections();
      await closed;
    },
  };
}
