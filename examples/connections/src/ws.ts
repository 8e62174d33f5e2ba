import { followToken, type TokenManager } from 'unexpired';

/** Of browsers, of Node, or of the package ws. */
interface Socket {
  send(text: string): void;
  addEventListener(type: 'close', listener: () => void): void;
}

/** For an open socket, where the protocol takes each new token on it; the first one as well. */
export const keepAuthorized = (tokens: TokenManager, socket: Socket): (() => void) => {
  const stop = followToken(tokens, (token) => {
    socket.send(JSON.stringify({ type: 'auth', token: token?.accessToken ?? null }));
  });
  socket.addEventListener('close', stop);
  return stop;
};
