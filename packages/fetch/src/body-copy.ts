import { isReplayable } from 'unexpired/adapter';

/** How much of a bare `Request`'s body is kept for a replay, in bytes: 1 MiB. */
const KEPT = 2 ** 20;

/** What a request's body can be sent from again. */
export interface BodyCopy {
  /**
   * To be asked once, when the answer is there: what to pass to fetch for a replay, `undefined` if the body is gone.
   */
  take(): { readonly input?: Request; readonly body?: BodyInit } | undefined;
}

/**
 * Decides before the first send how the body could be sent again.
 *
 * - A body in `init` is what it is, see `isReplayable`.
 * - A `Request` does not tell what its body was made of. `known` says it where somebody else does (ky's hook); else a
 *   copy is kept while it is sent, and given up beyond 1 MiB, so that an upload is never buffered without limit.
 */
export function copyBody(request: Request | undefined, body: BodyInit | null | undefined, known: boolean | undefined): BodyCopy {
  if (body !== undefined && body !== null) return { take: () => (isReplayable(body) ? {} : undefined) };
  if (!request || request.bodyUsed || request.body === null || request.method === 'GET' || request.method === 'HEAD')
    return { take: () => ({}) };
  if (known === false) return { take: () => undefined };
  // Where Request has no `body` (older Firefox) it cannot be made of a stream either.
  if (known || !request.body) {
    const input = request.clone();
    return { take: () => ({ input }) };
  }
  return copyWhileSent(request.clone().body as ReadableStream<Uint8Array<ArrayBuffer>>);
}

function copyWhileSent(stream: ReadableStream<Uint8Array<ArrayBuffer>>): BodyCopy {
  const reader = stream.getReader();
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  let complete = false;
  const pump = async (): Promise<void> => {
    for (;;) {
      const { done, value } = await reader.read();
      complete = done && size <= KEPT;
      if (done) return;
      size += value.byteLength;
      if (size > KEPT) return reader.cancel();
      chunks.push(value);
    }
  };
  // A body that fails is reported by fetch itself, which reads the other branch.
  pump().catch(() => undefined);
  return {
    take() {
      if (complete) return { body: new Blob(chunks) };
      void reader.cancel().catch(() => undefined);
      return undefined;
    },
  };
}
