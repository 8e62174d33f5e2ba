import {
  createTokenPool,
  type Rotation,
  type TokenManager,
  type TokenManagerOptions,
  type TokenStore,
} from 'unexpired';
import { providerOf } from './providers.ts';
import type { LiveRow } from './row.ts';
import type { SessionParts } from './session-parts.ts';

/** Managers, which exist only while they refresh, and for as long as they have to remember a failure. */
export interface Managers {
  /** Rejects for a session whose provider there is no longer. */
  of(key: string, row: LiveRow): TokenManager;
  /** It is done, and nothing has to be remembered. */
  drop(key: string, row: LiveRow): Promise<void>;
  close(): Promise<void>;
}

/** Ms for which a manager stays that nobody uses: longer than it backs off, so that nobody hammers a provider that fails. */
const IDLE = 60_000;

export function createManagers(parts: SessionParts): Managers {
  const { store, inHand, trailOf, providers, clock, emit, gate } = parts;
  const pool = createTokenPool(
    // The provider stands in the name, because a manager has to know how it rotates before the row is read.
    (name): TokenManagerOptions => {
      const { provider, key } = partsOf(name);
      const { rotation } = providers.get(provider) ?? {};
      return {
        name,
        store: withoutLease(store(key, { isFlight: true, trail: trailOf(key) }), rotation),
        ...{ clock, rotation },
        // A refresh may end after a sign-out at another replica, which knows nothing of what it brings.
        revoke: providers.get(provider)?.revoke,
        // By what is stored with the tokens: it is encrypted with them, and may have changed since.
        refresh(current, context) {
          const provider = providerOf(providers, current.extra?.['provider']);
          return gate.run(provider.name, async () => provider.refresh(current, context));
        },
      };
    },
    { idleTimeout: IDLE, clock },
  );
  pool.subscribe((event) => {
    const { provider, key } = partsOf(event.name);
    emit({ ...event, name: key }, provider);
  });
  return {
    of(key, { kept, stored }) {
      providerOf(providers, kept.provider);
      if (stored !== undefined) inHand.found(key, stored);
      return pool.get(`${kept.provider} ${key}`);
    },
    drop: (key, { kept }) => pool.get(`${kept.provider} ${key}`).close(),
    close: () => pool.close(),
  };
}

/**
 * Where a refresh token may be redeemed once only, the mark in the row holds for longer than any redemption, and alone decides who
 * sends it (rule R3 of docs/protocol.md): a lease beside it would be two statements more. Where it is forgiven if it comes twice, the
 * mark holds for as long as that, or not at all, and the lease keeps the others waiting.
 */
function withoutLease({ lock, ...store }: TokenStore, rotation: Rotation | undefined): TokenStore {
  return (rotation ?? 'strict') === 'strict' ? store : { ...store, lock };
}

/** A session key has no space in it, and the name of a provider may. */
function partsOf(name: string): { readonly provider: string; readonly key: string } {
  const space = name.lastIndexOf(' ');
  return { provider: name.slice(0, space), key: name.slice(space + 1) };
}
