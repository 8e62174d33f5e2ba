const REPLAYABLE =
  /^\[object (ArrayBuffer|SharedArrayBuffer|URLSearchParams|Blob|File|FormData|Object|Array)\]$/;

/**
 * Can this request body be sent a second time? Decided before the first send, by what it is: text, bytes, Blob,
 * URLSearchParams, a native FormData and plain objects can. Streams, iterators and the `form-data` package can be read
 * once; so can whatever is not known.
 */
export function isReplayable(body: unknown): boolean {
  if (typeof body !== 'object' || body === null) return typeof body !== 'function';
  const { pipe, getReader, next, getParts } = body as Record<string, unknown>;
  if (pipe || getReader || next || Symbol.asyncIterator in body) return false;
  // React Native's FormData has no name of its own, but `getParts`.
  return (
    ArrayBuffer.isView(body) ||
    REPLAYABLE.test(Object.prototype.toString.call(body)) ||
    typeof getParts === 'function'
  );
}
