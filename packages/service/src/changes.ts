import {
  createTokenManager,
  TokenError,
  type TokenManager,
  type TokenManagerOptions,
  type TokenResponse,
  type TokenSet,
  type TokenStore,
} from 'unexpired';
import type { Change } from './audit/change.ts';
import { tokensOf } from './providers.ts';
import { Problem } from './problems.ts';
import { hasTag, isLive, readRow, type Row, rowOf } from './row.ts';
import type { SessionParts } from './session-parts.ts';

export interface Deposit {
  readonly key: string;
  readonly provider: string;
  readonly answer: TokenResponse & { readonly refresh_token: string };
  /** Ms since the epoch; default: now. */
  readonly issuedAt: number | undefined;
  /** `If-Match`: only over a session with one of these entity tags. */
  readonly ifMatch: string | undefined;
  /** Only where nobody is signed in. */
  readonly ifNone: boolean;
  /** Who does it. */
  readonly change: Change;
}

/** Sign-ins and sign-outs. */
export interface Changes {
  /** Gives the session, and whether there was none before. Rejects with a {@link Problem} where the precondition does not hold. */
  deposit(deposit: Deposit): Promise<{ readonly row: Row; readonly created: boolean }>;
  /** Resolves when nobody can read the session any more; what is revoked for it is an event where that fails. */
  signOut(key: string, change: Change): Promise<void>;
  /** Resolves when nothing is under way any more. */
  settled(): Promise<void>;
}

/** Each change has a manager of its own, which knows nothing but what it reads for it. */
export function createChanges(parts: SessionParts): Changes {
  const { store, providers, clock, emit } = parts;
  const closing = new Set<Promise<void>>();

  const managerOf = (
    on: TokenStore,
    session: { readonly key: string; readonly provider: string | undefined },
    options: Pick<TokenManagerOptions, 'revoke'> = {},
  ): TokenManager => {
    const manager = createTokenManager({
      ...options,
      name: session.key,
      store: on,
      clock,
      refresh: async () => {
        throw new TokenError('ERR_REENTRANT', { message: 'A change refreshes nothing' });
      },
    });
    manager.subscribe((event) => emit(event, session.provider));
    return manager;
  };
  const letGo = (manager: TokenManager): void => {
    const closed = manager.close().finally(() => closing.delete(closed));
    closing.add(closed);
  };

  return {
    async deposit(deposit) {
      const { key, answer, issuedAt, change } = deposit;
      const provider = providers.get(deposit.provider);
      if (provider === undefined)
        throw new Problem('body', [
          { pointer: '/provider', reason: 'not one of the configuration' },
        ]);
      const plain = store(key, { trail: change });
      const before = await readRow(plain).catch(ignoreUnreadable);
      requireMatch(deposit, before);
      const { expires_in, ...tokens } = tokensOf(answer, {
        provider: provider.name,
        shown: provider.shown(answer),
      });
      const guard = guarded(plain, deposit);
      const manager = managerOf(guard.store, { key, provider: provider.name });
      try {
        await manager.setSession({ ...tokens, ...expiryOf(expires_in, issuedAt, clock.now()) });
      } catch (error) {
        throw guard.failed() ?? error;
      } finally {
        letGo(manager);
      }
      const row = await readRow(plain);
      if (row === undefined || !isLive(row)) throw new TokenError('ERR_SIGNED_OUT');
      return { row, created: before === undefined };
    },
    async signOut(key, change) {
      const plain = store(key, { trail: change });
      const row = await readRow(plain).catch(ignoreUnreadable);
      if (row !== undefined && !isLive(row)) return;
      if (row !== undefined) change.about(row);
      const provider = row && providers.get(row.kept?.provider ?? '');
      const manager = managerOf(
        plain,
        { key, provider: provider?.name },
        { revoke: provider?.revoke },
      );
      try {
        await manager.signOut(); // it has read nothing, so it revokes what its tombstone was written over, and that was stored
      } finally {
        letGo(manager);
      }
    },
    settled: async () => void (await Promise.all(closing)),
  };
}

/** Of a deposit. Whatever has expired has expired: the core takes moments of the first years for a mistake of the unit. */
function expiryOf(
  expires_in: TokenResponse['expires_in'],
  issuedAt: number | undefined,
  now: number,
): Partial<TokenSet & TokenResponse> {
  if (issuedAt === undefined || expires_in === undefined) return { expires_in };
  const expiresAt = issuedAt + Number(expires_in) * 1000;
  return { expiresAt: expiresAt > now ? expiresAt : 0 };
}

/** What cannot be read is replaced by an explicit sign-in or sign-out; anything else is for the caller. */
function ignoreUnreadable(error: unknown): undefined {
  if (error instanceof TokenError && error.code === 'ERR_STORE_RECORD') return undefined;
  throw error;
}

/** Throws a {@link Problem} unless the precondition holds for what is there. */
function requireMatch({ ifMatch, ifNone }: Deposit, row: Row | undefined): void {
  const isActive = row?.state === 'active';
  if (ifNone && isActive) throw new Problem('precondition');
  if (ifMatch !== undefined && !(isLive(row) && hasTag(row, ifMatch)))
    throw new Problem('precondition');
}

/**
 * The same store, which writes over nothing but what the precondition allows: it was checked for the version that the
 * compare-and-set expects.
 */
function guarded(
  store: TokenStore,
  deposit: Deposit,
): { readonly store: TokenStore; failed(): unknown } {
  let failure: unknown;
  const allowed = new Set<string | undefined>();
  if (deposit.ifMatch === undefined && !deposit.ifNone) return { store, failed: () => undefined };
  return {
    failed: () => failure,
    store: {
      ...store,
      async read() {
        const stored = await store.read();
        const readable = stored?.unreadable === undefined ? stored?.value : undefined;
        try {
          requireMatch(deposit, readable === undefined ? undefined : rowOf(readable, store.name));
          allowed.add(stored?.version);
        } catch (error) {
          failure = error;
        }
        return stored;
      },
      async write(record, expected) {
        if (allowed.has(expected)) return store.write(record, expected);
        throw Object.assign(new Error('precondition'), { delivery: 'answered' });
      },
    },
  };
}
