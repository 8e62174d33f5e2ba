import type { Config } from './axios-like.ts';

const nameOf = (adapter: unknown): unknown =>
  [adapter]
    .flat()
    .find((one) => one !== 'xhr' || !Array.isArray(adapter) || 'XMLHttpRequest' in globalThis);

/**
 * Lets no redirect be followed with a header of another name than `Authorization`: nobody takes that off on the way to
 * another origin. Returns the members that the config needs for it.
 *
 * @throws TypeError for the xhr adapter: a page cannot tell XMLHttpRequest not to follow one.
 */
export function refusedRedirects(
  { fetchOptions }: Config,
  adapter: unknown,
): Pick<Config, 'maxRedirects' | 'fetchOptions'> {
  if (nameOf(adapter) === 'xhr')
    throw new TypeError(
      "header: the xhr adapter would follow a redirect with it; use adapter: 'fetch'",
    );
  const refusing = { redirect: 'error' as const, ...fetchOptions };
  if (refusing.redirect === 'follow') refusing.redirect = 'error';
  return { maxRedirects: 0, fetchOptions: refusing };
}

/** Is its fetch node-fetch, which takes a token along to another port or a subdomain? Version 2 has properties, 3 names itself. */
export function isNodeFetch({ env }: Config, adapter: unknown): boolean {
  const fetch = env?.fetch;
  return (
    typeof fetch === 'function' &&
    nameOf(adapter) === 'fetch' &&
    ('isRedirect' in fetch || Function.prototype.toString.call(fetch).includes('node-fetch'))
  );
}

/** Can the request carry no header of ours? Only fetch, or an adapter of somebody's, looks at these options. */
export function isNoCors({ fetchOptions }: Config, adapter: unknown): boolean {
  if (fetchOptions?.mode !== 'no-cors') return false;
  const [first] = [adapter].flat();
  return first === 'fetch' || typeof first === 'function';
}
