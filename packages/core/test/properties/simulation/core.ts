import { createAuthFetch } from '../../../../fetch/src/auth-fetch.ts';
import { createTokenManager, memoryStore, sharedStore, TokenError } from '../../../src/index.ts';
import { mutexLock } from '../../../src/refresh/mutex-lock.ts';
import { fingerprint } from '../../../src/tokens/fingerprint.ts';

/** The code under test, as schedules use it. A sabotage puts something between the two. */
export const CORE = {
  createTokenManager,
  memoryStore,
  sharedStore,
  TokenError,
  mutexLock,
  fingerprint,
  createAuthFetch,
};

export type Core = typeof CORE;
