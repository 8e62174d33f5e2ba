import { httpBatchLink, type TRPCLink } from '@trpc/client';
import type { AnyTRPCRouter } from '@trpc/server';
import { createAuthFetch } from '@unexpired/fetch';
import type { TokenSource } from 'unexpired';

export function trpcLink<Router extends AnyTRPCRouter>(
  tokens: TokenSource,
  url: string,
): TRPCLink<Router> {
  const { origin } = new URL(url);
  return httpBatchLink<AnyTRPCRouter>({
    url,
    maxItems: 10,
    fetch: createAuthFetch(tokens, { origins: [origin] }),
  });
}
