import type { RedisLike } from './redis-like.ts';

/** What all stores and locks on a client share. It belongs to the client, so it is kept there; on a frozen one each has its own. */
export function keptOn<T>(client: RedisLike, name: symbol, make: () => T): T {
  const kept = (client as unknown as { readonly [name: symbol]: T | undefined })[name];
  if (kept !== undefined) return kept;
  const made = make();
  Reflect.defineProperty(client, name, { value: made });
  return made;
}
