import { io, type Socket } from 'socket.io-client';
import { followToken, type TokenManager } from 'unexpired';

/** The server checks `auth.token` when it connects, and disconnects with `connect_error` of message `unauthorized`. */
export function liveSocket(
  tokens: TokenManager,
  url: string,
): { readonly socket: Socket; close(): void } {
  let sent: string | undefined;
  const socket = io(url, {
    autoConnect: false,
    transports: ['websocket'],
    auth: (answer) => {
      const give = (token?: string): void => answer({ token: (sent = token) });
      tokens.getToken().then(
        (token) => give(token?.accessToken),
        () => give(), // the server refuses that, and it is tried again
      );
    },
  });
  socket.on('connect_error', ({ message }) => {
    // It does not try again by itself when it was the server that refused.
    if (message !== 'unauthorized' || sent === undefined) return;
    tokens.replaceRejected(sent).then(
      (token) => token && socket.connect(),
      () => undefined, // the next token connects it
    );
  });
  const stop = followToken(tokens, (token) => {
    if (token?.accessToken === sent && socket.active) return;
    socket.disconnect();
    if (token !== undefined) socket.connect();
  });
  return {
    socket,
    close() {
      stop();
      socket.disconnect();
    },
  };
}
