// Connections that outlive a token.
import { createClient } from 'graphql-ws';
import { followToken, type TokenManager } from 'unexpired';

export function liveGraphql(tokens: TokenManager, url: string) {
  let sent: string | undefined;
  const client = createClient({
    url,
    retryAttempts: Infinity,
    shouldRetry: () => tokens.status === 'signedIn',
    async connectionParams() {
      sent = (await tokens.getToken())?.accessToken;
      return { token: sent };
    },
    on: {
      closed(event) {
        const { code } = event as CloseEvent;
        if ((code === 4401 || code === 4403) && sent)
          void tokens.replaceRejected(sent).catch(() => {}); // the next attempt says why
      },
    },
  });
  const stop = followToken(tokens, (token) => {
    if (token?.accessToken !== sent) client.terminate(); // it connects again, with the new one
  });
  return { client, close: () => (stop(), client.dispose()) };
}

// Where the protocol takes a new token on the same connection (Phoenix, Supabase Realtime, socket.io):
export const keepAuthorized = (tokens: TokenManager, socket: WebSocket) =>
  followToken(tokens, (token) =>
    socket.send(JSON.stringify({ type: 'auth', token: token?.accessToken ?? null })),
  );
