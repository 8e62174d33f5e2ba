/** The code under test: loaded when it is needed, so that a sabotage can be put in place before. */
export async function loadCore() {
  const [
    { createTokenManager, memoryStore, sharedStore, TokenError },
    { mutexLock },
    { fingerprint },
    { createAuthFetch },
  ] = await Promise.all([
    import('../../../src/index.ts'),
    import('../../../src/refresh/mutex-lock.ts'),
    import('../../../src/tokens/fingerprint.ts'),
    import('../../../../fetch/src/auth-fetch.ts'),
  ]);
  return {
    createTokenManager,
    memoryStore,
    sharedStore,
    TokenError,
    mutexLock,
    fingerprint,
    createAuthFetch,
  };
}

export type Core = Awaited<ReturnType<typeof loadCore>>;
