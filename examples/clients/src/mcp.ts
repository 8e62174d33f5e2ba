import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { createAuthFetch } from '@unexpired/fetch';
import type { TokenSource } from 'unexpired';

export function mcpTransport(tokens: TokenSource, url: URL): StreamableHTTPClientTransport {
  // No authProvider: it would put a token of its own into each request.
  return new StreamableHTTPClientTransport(url, {
    fetch: createAuthFetch(tokens, { origins: [url.origin] }),
  });
}
