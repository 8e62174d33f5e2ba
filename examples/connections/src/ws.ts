import { followToken, type TokenManager } from 'unexpired';
import type { WebSocket } from 'ws';

/** Where the protocol takes a new token on the open connection; the first one as well. In browsers the same, with theirs. */
export const keepAuthorized = (tokens: TokenManager, socket: WebSocket): (() => void) => {
  const stop = followToken(tokens, (token) => {
    socket.send(JSON.stringify({ type: 'auth', token: token?.accessToken ?? null }));
  });
  socket.once('close', stop);
  return stop;
};
