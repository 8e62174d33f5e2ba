// An app or a worker: it knows the broker and the API, and neither the provider nor any refresh token.
import axios from 'axios';
import { attachAuth } from '@unexpired/axios';
import { createAuthFetch } from '@unexpired/fetch';
import { remoteTokens } from '@unexpired/remote';

const [kind = '', url = '', key = '', api = ''] = process.argv.slice(2);
const tokens = remoteTokens({ url, session: 'acme:crm', credentials: key });
const ask = kind === 'axios' ? withAxios() : withFetch();
/** How many requests it has under way at once. */
const ATONCE = 5;

let stopped = false;
let answered = 0;
const failures: string[] = [];
process.once('message', () => {
  stopped = true;
});

while (!stopped) {
  const asked = Array.from({ length: ATONCE }, () => ask());
  for (const result of await Promise.allSettled(asked)) {
    if (result.status === 'fulfilled' && result.value === 200) answered++;
    else
      failures.push(result.status === 'fulfilled' ? `HTTP ${result.value}` : String(result.reason));
  }
  if (answered + failures.length === ATONCE) process.send?.('ready');
  await new Promise((resolve) => setTimeout(resolve, 50));
}
await tokens.close();
process.send?.({ answered, failures });
process.disconnect();

function withAxios(): () => Promise<number> {
  const client = axios.create({ baseURL: api, validateStatus: () => true });
  attachAuth(client, tokens);
  return async () => (await client.get('')).status;
}

function withFetch(): () => Promise<number> {
  const authFetch = createAuthFetch(tokens, { origins: [new URL(api).origin] });
  return async () => {
    const answer = await authFetch(api);
    await answer.arrayBuffer();
    return answer.status;
  };
}
