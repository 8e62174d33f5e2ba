import { testClock } from './clock.ts';
import { fresh } from './flight.ts';
import { strictServer } from './server.ts';
import { testSession, type TestSessionOptions } from './session.ts';
import { sharedCell } from './shared-cell.ts';

const HOUR = 3_600_000;

export const diskFull = () => Promise.reject(new Error('disk full'));

export const never = () => new Promise<never>(() => undefined);

export const NEW = { accessToken: 'new', refreshToken: 'rt-new' };

/** A manager on a cell that holds `stored`; `read: false`: it has not looked yet. */
export const stageOf = async (
  stored: unknown,
  { read = true, ...options }: TestSessionOptions & { readonly read?: boolean } = {},
) => {
  const clock = testClock();
  const server = strictServer({ expiresAt: clock.now() + HOUR });
  const cell = sharedCell(stored);
  const revoked: (string | undefined)[] = [];
  const revoke = async ({ refreshToken }: { readonly refreshToken?: string | undefined }) =>
    revoked.push(refreshToken);
  const session = testSession({ clock, server, store: cell.open(), revoke, ...options });
  if (read) await session.tokens.ready();
  return { ...session, cell, revoked };
};

export const now = testClock().now();

/** A session `s` of generation `gen`, good for an hour. */
export const stored = (gen = 1) => fresh(gen, now);

/** Holds the next write back until it is let through. */
export function holdWrite({ hooks }: ReturnType<typeof sharedCell>): () => void {
  let release = (): void => undefined;
  hooks.beforeWrite = () => {
    hooks.beforeWrite = undefined;
    return new Promise<void>((resolve) => (release = resolve));
  };
  return () => release();
}
