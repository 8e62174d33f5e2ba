import { createClient, type SupabaseClient } from '@supabase/supabase-js';
import { createAuthFetch } from '@unexpired/fetch';
import { TokenError, type TokenManager } from 'unexpired';

export function supabaseClient(
  tokens: TokenManager,
  url: string,
  publishableKey: string,
): SupabaseClient {
  const { origin } = new URL(url);
  return createClient(url, publishableKey, {
    // Realtime asks for it, too. `null`: the key is sent in its place, as for everybody who is not signed in.
    async accessToken() {
      const found = await tokens.getToken();
      // Without this, the retry of a read would go out as nobody, and succeed with what nobody may see.
      if (!found && tokens.status === 'ended')
        throw new TokenError('ERR_SESSION_ENDED', { message: 'Sign in again' });
      return found?.accessToken ?? null;
    },
    global: { fetch: createAuthFetch(tokens, { origins: [origin] }) },
  });
}
