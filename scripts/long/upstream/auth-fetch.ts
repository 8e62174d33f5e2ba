import type * as unexpiredFetch from '@unexpired/fetch';
import { originHere, tokens } from './tokens.ts';

// What users get is the build. It is named as a URL because the types are checked before it is there.
const built = new URL('../../../packages/fetch/dist/index.mjs', import.meta.url).href;
const { createAuthFetch } = (await import(built)) as typeof unexpiredFetch;

type Fetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

/** Our fetch around another, for whatever origin a test asks: each has to be listed, so each gets one of its own. */
export function inside(original: Fetch): Fetch {
  const source = tokens;
  if (source === undefined) return original;
  const fetches = new Map<string, Fetch>();
  const fetch: Fetch = (input, init) => {
    const origin = originHere(typeof input === 'object' && 'url' in input ? input.url : `${input}`);
    if (origin === undefined) return original(input, init);
    const made =
      fetches.get(origin) ?? createAuthFetch(source, { origins: [origin], fetch: original });
    fetches.set(origin, made);
    return made(input, init);
  };
  // What the tests see of it is what they would see of one that is made for a single origin.
  return Object.defineProperties(fetch, {
    name: { value: original.name },
    length: { value: original.length },
  });
}
