import { GraphQLObjectType, GraphQLSchema, GraphQLString } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { Server as SocketIo } from 'socket.io';
import { WebSocketServer } from 'ws';
import { type LiveSession, type Notes, notes } from './support.ts';

/** A server of a session, and what tokens it was given. */
export interface Served {
  readonly said: Notes<string>;
  stop(): void;
}

const judge = ({ server }: LiveSession, token: unknown): 'live' | 'dead' =>
  server.authorize(String(token)) ? 'live' : 'dead';

/** An event stream: one event for each connection, with the next number as its id. */
export function serveEvents(session: LiveSession): Served {
  const said = notes<string>();
  let next = 1;
  session.http.on('request', ({ headers, url }, response) => {
    if (url !== '/events') return;
    const verdict = judge(session, headers.authorization?.slice('Bearer '.length));
    said.add(`${verdict} after ${String(headers['last-event-id'] ?? 'nothing')}`);
    if (verdict === 'dead') {
      response.writeHead(401, { 'www-authenticate': 'Bearer error="invalid_token"' }).end();
      return;
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(`id: ${next}\ndata: event ${next}\n\n`);
    next++;
  });
  return { said, stop: () => undefined };
}

/** Takes `{ token }` in messages, as often as it comes. */
export function serveWs(session: LiveSession): Served {
  const said = notes<string>();
  const sockets = new WebSocketServer({ server: session.http });
  sockets.on('connection', (socket) => {
    socket.on('message', (data: Buffer) => {
      const { token } = JSON.parse(data.toString()) as { token: string | null };
      said.add(token === null ? 'nobody' : judge(session, token));
    });
  });
  return { said, stop: () => sockets.close() };
}

const schema = new GraphQLSchema({
  query: new GraphQLObjectType({ name: 'Query', fields: { a: { type: GraphQLString } } }),
  subscription: new GraphQLObjectType({
    name: 'Subscription',
    fields: {
      ticks: {
        type: GraphQLString,
        async *subscribe() {
          yield { ticks: 'tick' };
          await new Promise(() => undefined);
        },
      },
    },
  }),
});

/** graphql-ws's own, with one subscription. Closes with `code` what brings a dead token. */
export function serveGraphql(session: LiveSession, code: number): Served {
  const said = notes<string>();
  const sockets = new WebSocketServer({ server: session.http });
  useServer(
    {
      schema,
      onConnect({ connectionParams, extra }) {
        const verdict = judge(session, connectionParams?.['token']);
        said.add(verdict);
        if (verdict === 'dead') extra.socket.close(code, 'refused');
        return true;
      },
    },
    sockets,
  );
  return { said, stop: () => sockets.close() };
}

/** socket.io's own. */
export function serveSocketIo(session: LiveSession): Served {
  const said = notes<string>();
  const server = new SocketIo(session.http);
  server.use((socket, next) => {
    const verdict = judge(session, socket.handshake.auth['token']);
    said.add(verdict);
    next(verdict === 'live' ? undefined : new Error('unauthorized'));
  });
  return { said, stop: () => void server.disconnectSockets(true) };
}
