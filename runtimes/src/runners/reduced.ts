// A realm of Node with nothing but ECMAScript and what React Native adds, less what Hermes lacks. Not Hermes itself.
import { readFileSync } from 'node:fs';
import { createContext, runInContext } from 'node:vm';

const [script = '', ORIGIN = ''] = process.argv.slice(2);
const { Blob, FormData, Headers, Request, Response, URL, URLSearchParams } = globalThis;
const { TextEncoder, atob, btoa, clearTimeout, console, performance, queueMicrotask } = globalThis;
// Bodies are no streams there, timers are numbers, and signals are of another class than those of Node's fetch.
for (const { prototype } of [Request, Response])
  Object.defineProperty(prototype, 'body', { value: undefined });
const start = (task: () => void, delay?: number): number => Number(setTimeout(task, delay));
function send(input: string | Request, { signal, ...init }: RequestInit = {}): Promise<Response> {
  const own = new AbortController();
  signal?.addEventListener('abort', () => own.abort());
  return fetch(input, { ...init, signal: own.signal });
}
const web = { Blob, FormData, Headers, Request, Response, URL, URLSearchParams, TextEncoder };
const rest = { atob, btoa, clearTimeout, console, performance, queueMicrotask, ORIGIN };
const realm = createContext({ ...web, ...rest, fetch: send, setTimeout: start });
runInContext(
  `for (const [owner, names] of [[globalThis, 'Atomics FinalizationRegistry Iterator SharedArrayBuffer WeakRef'],
    [Array, 'fromAsync'], [Array.prototype, 'toReversed toSorted toSpliced with'], [Map, 'groupBy'], [Object, 'groupBy'],
    [Promise, 'try withResolvers'], [Set.prototype, 'difference intersection union'], [String.prototype, 'isWellFormed']])
    for (const name of names.split(' ')) delete owner[name];`,
  realm,
);
runInContext(readFileSync(script, 'utf8'), realm);
