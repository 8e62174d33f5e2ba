import { type Client, type ClientOptions, createClient } from 'graphql-ws';
import { followToken, type TokenManager } from 'unexpired';

/** What servers close with that do not take a token. After 4403 the client tries again, after 4401 its caller has to. */
const REFUSED: readonly unknown[] = [4401, 4403];

export function liveGraphql(
  tokens: TokenManager,
  options: Pick<ClientOptions, 'url' | 'webSocketImpl' | 'retryWait'>,
): { readonly client: Client; close(): Promise<void> } {
  let sent: string | undefined;
  let latest: string | undefined;
  let open = false;
  const renewConnection = (): void => {
    if (open && latest !== sent) client.terminate(); // it connects again, with the new one
  };
  const client = createClient({
    ...options,
    retryAttempts: Number.POSITIVE_INFINITY,
    shouldRetry: () => tokens.status === 'signedIn',
    async connectionParams() {
      sent = (await tokens.getToken())?.accessToken;
      return { token: sent };
    },
    on: {
      connected() {
        open = true;
        renewConnection();
      },
      closed(event) {
        open = false;
        const { code } = event as { readonly code?: unknown };
        // What comes of it the next attempt will say.
        if (REFUSED.includes(code) && sent !== undefined)
          tokens.replaceRejected(sent).catch(() => undefined);
      },
    },
  });
  const stop = followToken(tokens, (token) => {
    latest = token?.accessToken;
    renewConnection();
  });
  return {
    client,
    async close() {
      stop();
      await client.dispose();
    },
  };
}
