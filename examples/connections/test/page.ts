// What a page does with the recipes. The test says what, and looks at `seen`.
import { createTokenManager, type TokenManager, type TokenResponse } from 'unexpired';
import { liveEvents } from '../src/event-source.ts';
import { liveGraphql } from '../src/graphql-ws.ts';
import { liveSocket } from '../src/socket-io.ts';
import { keepAuthorized } from '../src/ws.ts';

const seen: string[] = [];
const note = (what: string): void => void seen.push(what);
const webSocketUrl = location.origin.replace('http', 'ws');

const CONNECT = {
  events(tokens: TokenManager) {
    liveEvents(tokens, `${location.origin}/events`, note);
  },
  graphql(tokens: TokenManager) {
    const { client } = liveGraphql(tokens, { url: webSocketUrl, retryWait: async () => undefined });
    client.subscribe(
      { query: 'subscription { ticks }' },
      { next: () => note('tick'), error: () => note('failed'), complete: () => undefined },
    );
  },
  socketIo(tokens: TokenManager) {
    const { socket } = liveSocket(tokens, location.origin);
    socket.on('connect', () => note('connected'));
  },
  ws(tokens: TokenManager) {
    const socket = new WebSocket(webSocketUrl);
    socket.addEventListener('open', () => {
      note('open');
      keepAuthorized(tokens, socket);
    });
  },
};

let tokens: TokenManager;

const live = {
  seen,
  async connect(how: keyof typeof CONNECT, login: TokenResponse): Promise<void> {
    tokens = createTokenManager({
      refresh: async ({ refreshToken }) =>
        (await fetch('/refresh', { method: 'POST', body: refreshToken ?? null })).json(),
    });
    await tokens.setSession(login);
    CONNECT[how](tokens);
  },
  async refresh(): Promise<void> {
    await tokens.refresh();
  },
  signOut: () => tokens.signOut(),
};

type Live = typeof live;
declare global {
  var live: Live;
}
globalThis.live = live;
