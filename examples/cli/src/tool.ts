// The tool: sends requests until it is told to stop, and knows nothing of the other processes.
import { createAuthFetch } from '@unexpired/fetch';
import { fileStore } from '@unexpired/node';
import { refreshTokenGrant } from '@unexpired/oauth';
import { createTokenManager, type TokenSet } from 'unexpired';

const [file = '', origin = '', tokenEndpoint = ''] = process.argv.slice(2);

/** What version 1 of the tool kept in the file. */
interface OldCredentials {
  readonly bearer: string;
  readonly renewal: string;
  readonly until: number;
}

const parse = (old: unknown): TokenSet | undefined => {
  const { bearer, renewal, until } = old as Partial<OldCredentials>;
  return bearer === undefined
    ? undefined
    : { accessToken: bearer, refreshToken: renewal, expiresAt: until };
};

const tokens = createTokenManager({
  store: fileStore(file, { pointer: '/auth', parse }),
  refresh: refreshTokenGrant({ tokenEndpoint, clientId: 'tool' }),
});
const authFetch = createAuthFetch(tokens, { origins: [origin] });

let stopped = false;
let rounds = 0;
let answered = 0;
const failures: string[] = [];
process.once('message', () => {
  stopped = true;
});

while (!stopped) {
  const responses = await Promise.allSettled(
    [1, 2, 3].map((id) => authFetch(`${origin}/items/${id}`)),
  );
  for (const response of responses) {
    if (response.status === 'fulfilled' && response.value.ok) answered++;
    else
      failures.push(
        response.status === 'fulfilled' ? `HTTP ${response.value.status}` : String(response.reason),
      );
  }
  if (rounds++ === 0) process.send?.('ready');
  await new Promise((resolve) => setTimeout(resolve, 20));
}
await tokens.close(); // a refresh that was sent is stored before the process ends
process.send?.({ answered, failures });
process.disconnect();
