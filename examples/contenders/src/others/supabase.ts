import { createClient } from '@supabase/supabase-js';
import type { Contender } from '../contender.ts';

/** supabase-js, whose auth-js keeps the session; its own server's token endpoint takes the same refresh tokens. */
export const supabase: Contender = {
  id: 'supabase',
  name: 'supabase auth-js',
  about: 'Refreshes once for all, 90 s before the time is over; a 401 says nothing to it.',
  ours: false,
  on: 'its own client',
  docs: 'https://supabase.com/docs/reference/javascript/initializing',
  source: new URL(import.meta.url),

  start({ tokenEndpoint, storage }) {
    // A project is one address: its API is where its auth is.
    const client = createClient(new URL(tokenEndpoint).origin, 'anonymous-key', {
      auth: { storage, persistSession: true, autoRefreshToken: true, detectSessionInUrl: false },
    });
    return {
      client: () => ({
        cannotTimeOut: true,
        async get(path, { signal } = {}) {
          const query = client.from('orders').select().eq('path', path);
          const { data, error, status } = await (signal === undefined
            ? query
            : query.abortSignal(signal));
          if (error) throw Object.assign(new Error(error.message), { status });
          return data as unknown;
        },
      }),
      async setSession({ access_token, refresh_token = '' }) {
        const { error } = await client.auth.setSession({ access_token, refresh_token });
        if (error) throw error;
      },
      signOut: () => client.auth.signOut({ scope: 'local' }),
      close: () => client.auth.stopAutoRefresh(),
    };
  },
};
