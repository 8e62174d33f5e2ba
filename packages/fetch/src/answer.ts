import { type ApiResponse, type BodyReader, isJsonType, readJson } from 'unexpired/adapter';

/** Bodies up to 64 KiB are read to their end, so that the connection can be used again. */
const DRAINED = 2 ** 16;

/**
 * A `Response` as the core's decisions see it. A class, because it is made for every answer, and an object literal with
 * getters takes several times as long.
 */
export class Answer implements ApiResponse {
  readonly #response: Response;
  #json: Promise<unknown> | undefined;

  constructor(response: Response) {
    this.#response = response;
  }

  get url(): string {
    return this.#response.url ?? '';
  }

  get status(): number {
    return this.#response.status;
  }

  get headers(): Pick<Headers, 'get'> {
    return headersOf(this.#response);
  }

  json(): Promise<unknown> {
    return (this.#json ??= this.#readJson());
  }

  async #readJson(): Promise<unknown> {
    const type = this.headers.get('content-type');
    if (!isJsonType(type)) return undefined;
    try {
      const copy = this.#response.clone();
      // node-fetch tells both of an abort, by an event that would end the process where nobody listens.
      for (const { body } of [this.#response, copy])
        (body as NodeStream | null)?.on?.('error', ignore);
      return await readJson(type, readerOf(copy));
    } catch {
      return undefined; // it was read already, or cannot be copied
    }
  }
}

function readerOf(copy: Response): BodyReader {
  const body = copy.body as (Partial<ReadableStream<Uint8Array>> & Partial<NodeStream>) | null;
  if (body?.getReader) return body.getReader();
  const iterator = body?.[Symbol.asyncIterator]?.();
  // That of node-fetch, and so of cross-fetch, is a Node stream.
  if (iterator) return { read: () => iterator.next(), cancel: () => body?.destroy?.() };
  // React Native has no streams.
  let text: Promise<string> | undefined;
  return {
    read: async () => (text ? { done: true } : { value: await (text = copy.text()) }),
    cancel: () => undefined,
  };
}

interface NodeStream {
  [Symbol.asyncIterator](): AsyncIterator<Uint8Array>;
  destroy(): void;
  on?(event: 'close' | 'error', listener: () => void): unknown;
  resume?(): unknown;
}

const ignore = (): void => undefined;

/** A mock may answer with an object that has a status and a body, and nothing else. */
const headersOf = ({ headers }: { readonly headers?: Headers }): Pick<Headers, 'get'> =>
  typeof headers?.get === 'function' ? headers : { get: () => null };

/**
 * Lets go of an answer that nobody will read. A small body is read to its end: an unread one would cost a connection
 * for every refusal. A large or slow one (1 s) is cancelled.
 */
export async function release(response: Response): Promise<void> {
  const body = response.body as (ReadableStream<Uint8Array> & NodeStream) | null;
  // That of node-fetch, and so of cross-fetch, is a Node stream.
  if (body?.resume) {
    const late = setTimeout(() => body.destroy(), 1000);
    body.on?.('close', () => clearTimeout(late));
    body.on?.('error', ignore);
    body.resume();
  }
  if (!body?.getReader || body.locked) return;
  const reader = body.getReader();
  let left = Number(headersOf(response).get('content-length')) > DRAINED ? 0 : DRAINED;
  const timer = setTimeout(() => void reader.cancel().catch(() => undefined), 1000);
  try {
    while (left > 0) {
      const { done, value } = await reader.read();
      if (done) return;
      left -= value.byteLength;
    }
    await reader.cancel();
  } catch {
    // The answer is not used any more, nor is what went wrong with it.
  } finally {
    clearTimeout(timer);
  }
}
