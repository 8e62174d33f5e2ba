import type { RealtimeClient } from '@supabase/supabase-js';
import { followToken, type TokenManager } from 'unexpired';

/** Realtime takes a new token on the open connection, for each channel. */
export const keepRealtime = (tokens: TokenManager, realtime: RealtimeClient): (() => void) =>
  followToken(tokens, (token) => {
    void realtime.setAuth(token?.accessToken ?? null);
  });
