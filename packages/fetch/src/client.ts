import { tokenErrorOf } from 'unexpired/adapter';
import { release } from './answer.ts';

// oxlint-disable-next-line typescript/no-explicit-any -- undici's fetch and the platform's have types that do not fit each other
export type AnyFetch = (input: any, init?: any) => Promise<any>;

/** A fetch below ours, and what has to be known of it. */
export interface Client {
  readonly send: AnyFetch;
  /** It is the platform's, or might as well be. */
  readonly isStandard: boolean;
  /** Surely takes the token off a redirect to another origin, as the Fetch standard says. */
  readonly keepsRedirectRule: boolean;
  readonly isNodeFetch: boolean;
}

/**
 * What is known of a fetch. The platform's keeps the Fetch standard, and so does every one in a page or a worker, where
 * nothing else can reach the network. Of a function that somebody wrote nobody can tell what is below it.
 */
export function describeClient(send: AnyFetch, isPlatforms: boolean): Client {
  const { document, WorkerGlobalScope } = globalThis as {
    document?: unknown;
    WorkerGlobalScope?: unknown;
  };
  const isNodeFetch = looksLikeNodeFetch(send);
  const isStandard = isPlatforms && !isNodeFetch;
  const inPage = document !== undefined || WorkerGlobalScope !== undefined;
  return { send, isStandard, keepsRedirectRule: isStandard || inPage, isNodeFetch };
}

// Version 2 and cross-fetch have properties of their own. Version 3 has none, but names itself in a message.
const looksLikeNodeFetch = (fetch: AnyFetch): boolean =>
  'isRedirect' in fetch ||
  'ponyfill' in fetch ||
  Function.prototype.toString.call(fetch).includes('node-fetch');

/** What the client rejects with when a body fails: the standard's TypeError, or, with node-fetch, the body's own error. */
export function bodyError({ isNodeFetch }: Client, error?: unknown): unknown {
  const cause =
    error ?? Object.assign(new Error('Premature close'), { code: 'ERR_STREAM_PREMATURE_CLOSE' });
  return isNodeFetch ? cause : new TypeError('fetch failed', { cause });
}

/**
 * What the caller gets when a wait was aborted. The platform's fetch rejects with the signal's reason; others have errors
 * of their own (node-fetch its AbortError), and are asked for it with the aborted signal, which they look at before
 * anything is sent. Neither token nor body is handed over.
 */
export async function abortError(
  { send, isStandard }: Client,
  url: string,
  signal: AbortSignal | null | undefined,
  error: unknown,
): Promise<unknown> {
  if (isStandard || !signal?.aborted || tokenErrorOf(error)) return error;
  try {
    await release((await send(url, { signal })) as Response);
  } catch (own) {
    return own;
  }
  return error; // a mock that does not look at signals
}
