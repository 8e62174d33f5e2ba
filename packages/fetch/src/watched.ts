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

/**
 * Watches a body while nobody reads it: `fail` is called when it fails, or when it is destroyed before its end. Without
 * this a Node stream's `error` event would end the process, and the request would wait for a body that is gone.
 *
 * @returns Ends the watch. A web stream is locked until then, and can be read afterwards.
 */
export function watch(body: unknown, fail: (error: unknown) => void): () => void {
  const stream = (typeof body === 'object' && body !== null ? body : {}) as Readable;
  if (stream.getReader) return stream.locked ? ignore : watchWebStream(stream, fail);
  if (!stream.pipe) return ignore;
  const ends = streamsIn(stream).map((each) => watchNodeStream(each, fail));
  return () => ends.forEach((end) => end());
}

/** Lets go of a body that will not be sent: nobody else would, and a file, a socket or a generator would stay open. */
export function letGo(body: unknown, reason: unknown): void {
  if (typeof body !== 'object' || body === null) return;
  const stream = body as Readable;
  if (stream.getReader) {
    if (!stream.locked) void stream.cancel?.(reason).catch(ignore);
    return;
  }
  if (!stream.pipe) {
    // A generator. An array or a Blob has no `return`.
    if (Symbol.asyncIterator in body) void endOf(stream);
    return;
  }
  for (const each of streamsIn(stream)) {
    each.on?.('error', ignore);
    each.destroy?.();
  }
}

// What goes wrong in the end of a generator whose body nobody wants is nobody's business.
async function endOf(generator: Readable): Promise<void> {
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

function watchWebStream(stream: Readable, fail: (error: unknown) => void): () => void {
  const reader = stream.getReader?.() as ReadableStreamDefaultReader<unknown>;
  let watching = true;
  // Released, it rejects as well.
  reader.closed.catch((error: unknown) => watching && fail(error));
  return () => {
    if (watching) reader.releaseLock();
    watching = false;
  };
}

function watchNodeStream(stream: Readable, fail: (error: unknown) => void): () => void {
  const closed = (): void =>
    fail(
      stream.errored ??
        Object.assign(new Error('Premature close'), { code: 'ERR_STREAM_PREMATURE_CLOSE' }),
    );
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
