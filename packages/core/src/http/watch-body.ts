/** What is read once, as far as we have to do with it: web streams, Node streams, the form of `form-data`, iterators. */
interface Readable {
  getReader?(): ReadableStreamDefaultReader<unknown>;
  readonly locked?: boolean;
  cancel?(reason?: unknown): Promise<void>;
  pipe?: unknown;
  on?(event: string, listener: (error?: unknown) => void): unknown;
  removeListener?(event: string, listener: (error?: unknown) => void): unknown;
  readonly destroyed?: boolean;
  readonly errored?: unknown;
  destroy?(): unknown;
  return?(): unknown;
  /** What a form of `form-data` consists of: text, streams, and streams that it holds back. */
  readonly _streams?: readonly unknown[];
}

const ignore = (): void => undefined;

/** Called with the error of a body that failed, or with nothing for one that was destroyed before its end. */
type Fail = (error?: unknown) => void;

/**
 * Watches a body while nobody reads it: `fail` is called when it fails, or, with nothing, when it is destroyed before its
 * end. Without this a Node stream's `error` event would end the process, and the request would wait for a body that is gone.
 * What cannot fail, such as a text, is not watched. Throws nothing.
 *
 * @returns Ends the watch. A web stream is locked until then, and can be read afterwards.
 *
 * @example
 * ```ts
 * import { letGoOfBody, watchBody } from 'unexpired/adapter';
 *
 * async function whileWaiting<T>(body: unknown, wait: () => Promise<T>): Promise<T> {
 *   let end = (): void => undefined;
 *   const failed = new Promise<never>((_, reject) => {
 *     end = watchBody(body, (error) => reject(error ?? new Error('Premature close')));
 *   });
 *   try {
 *     return await Promise.race([wait(), failed]);
 *   } catch (error) {
 *     letGoOfBody(body, error);
 *     throw error;
 *   } finally {
 *     end();
 *   }
 * }
 * ```
 */
export function watchBody(body: unknown, fail: Fail): () => void {
  if (typeof body !== 'object' || body === null) return ignore;
  const stream = body as Readable;
  if (stream.getReader) return stream.locked ? ignore : watchWebStream(stream, fail);
  if (!stream.pipe) return ignore;
  const ends = streamsIn(stream).map((each) => watchNodeStream(each, fail));
  return () => ends.forEach((end) => end());
}

/**
 * Lets go of a body that will not be sent: nobody else would, and a file, a socket or a generator would stay open. Throws
 * nothing. See {@link watchBody} for an example.
 */
export function letGoOfBody(body: unknown, reason: unknown): void {
  if (typeof body !== 'object' || body === null) return;
  const stream = body as Readable;
  if (stream.getReader) {
    if (!stream.locked) void stream.cancel?.(reason).catch(ignore);
  } else if (stream.pipe)
    for (const each of streamsIn(stream)) {
      each.on?.('error', ignore);
      each.destroy?.();
    }
  // An array or a Blob has no `return`.
  else if (Symbol.asyncIterator in body) void end(stream);
}

// What goes wrong in the end of a generator whose body nobody wants is nobody's business.
async function end(generator: Readable): Promise<void> {
  try {
    await generator.return?.();
  } catch {
    // See above.
  }
}

// A form holds its streams back, their errors too, until it is read.
function streamsIn(stream: Readable): Readable[] {
  const parts = (stream._streams ?? [])
    .map((part) => (part as { source?: unknown } | null)?.source ?? part)
    .filter((part) => typeof (part as Readable | null)?.on === 'function');
  return [stream, ...(parts as Readable[])];
}

function watchWebStream(stream: Readable, fail: Fail): () => void {
  const reader = stream.getReader?.() as ReadableStreamDefaultReader<unknown>;
  let watching = true;
  // Released, it rejects as well.
  reader.closed.catch((error: unknown) => watching && fail(error));
  return () => {
    if (watching) reader.releaseLock();
    watching = false;
  };
}

function watchNodeStream(stream: Readable, fail: Fail): () => void {
  const closed = (): void => fail(stream.errored ?? undefined);
  // One listener stays for good: between us and the client nobody else may be listening.
  stream.on?.('error', ignore);
  stream.on?.('error', fail);
  stream.on?.('close', closed);
  if (stream.destroyed) closed();
  return () => {
    stream.removeListener?.('error', fail);
    stream.removeListener?.('close', closed);
  };
}
