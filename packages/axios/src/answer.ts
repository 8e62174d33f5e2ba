import { type ApiResponse, isJsonType, parseJson } from 'unexpired/adapter';
import type { Answer } from './axios-like.ts';

/**
 * An axios response as the core's decisions see it; its data is not transformed yet. A class, because it is made for
 * every answer, and an object literal with getters takes several times as long.
 */
export class RawAnswer implements ApiResponse {
  private readonly answer: Answer;

  constructor(answer: Answer) {
    this.answer = answer;
  }

  get url(): string {
    const { request, config } = this.answer;
    const url = request?.responseURL ?? request?.res?.responseUrl;
    // The host behind a Unix socket is made up, and a mock says the url of the config, which may be relative.
    return typeof url === 'string' && !config?.socketPath && /^https?:\/\//i.test(url) ? url : '';
  }

  get status(): number {
    return this.answer.status;
  }

  get headers(): ApiResponse['headers'] {
    const headers = this.answer.headers ?? {};
    return {
      get(name) {
        // Adapters of other people may give a plain object.
        const value = (
          typeof headers['get'] === 'function'
            ? headers['get'](name)
            : Object.entries(headers).find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1]
        ) as string | null | undefined;
        return value ?? null;
      },
    };
  }

  async json(): Promise<unknown> {
    const { data } = this.answer;
    const text = await readText(data);
    const type = this.headers.get('content-type');
    if (text === undefined) return isJsonType(type) ? data : undefined;
    return parseJson(type, text);
  }
}

/** A stream of either kind. */
interface Unread {
  on?(event: 'close' | 'error', listener: () => void): unknown;
  resume?(): unknown;
  destroy?(): unknown;
  cancel?(): Promise<void>;
}

/**
 * Lets go of an answer that nobody will read. Only a stream holds anything: it is read to its end, so that the connection
 * can be used again, for a second at the most.
 */
export function release({ data }: Answer): void {
  const stream = data as Unread | undefined;
  if (typeof stream?.resume === 'function') {
    const timer = setTimeout(() => stream.destroy?.(), 1000);
    stream.on?.('close', () => clearTimeout(timer));
    // Nobody is interested in how it ends.
    stream.on?.('error', () => undefined);
    stream.resume();
  } else if (typeof stream?.cancel === 'function') stream.cancel().catch(() => undefined);
}

/**
 * Node's request holds the header that it has sent, and errors are logged whole. Not enumerable it stays out of that, and
 * is still there for a caller that asks for it.
 */
export function hideRequest(error: unknown): void {
  const { response } = Object(error) as { readonly response?: unknown };
  for (const holder of [Object(error), Object(response)] as object[]) {
    const own = Object.getOwnPropertyDescriptor(holder, 'request');
    if (own?.configurable) Object.defineProperty(holder, 'request', { enumerable: false });
  }
}

/** More than that is not read, in bytes. */
const LONGEST = 2 ** 20;

// What `responseType` made of it. A stream is the caller's and can be read once: it is no JSON to us.
async function readText(data: unknown): Promise<string | undefined> {
  if (typeof data === 'string') return data;
  if (data instanceof ArrayBuffer || ArrayBuffer.isView(data))
    return data.byteLength > LONGEST ? '' : new TextDecoder().decode(data);
  if (typeof Blob === 'function' && data instanceof Blob)
    return data.size > LONGEST ? '' : data.text();
  const { pipe, getReader } = (data ?? {}) as Record<string, unknown>;
  return pipe || getReader ? '' : undefined;
}
