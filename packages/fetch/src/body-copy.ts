import { abortable, isReplayable } from 'unexpired/adapter';
import type { Call } from './call.ts';
import { copiedBytes, freeze, REPLAYED } from './frozen.ts';

/** How long the rest of a copy is waited for once the answer is there, in ms. */
const PATIENCE = 1000;

/** What a request's body can be sent from again. */
export interface BodyCopy {
  /** `false`: it can not, as is known before the first send. */
  readonly replayable: boolean;
  /** What to pass to fetch once more, `undefined` if the body is gone. To be asked when the answer is there. */
  take(): Promise<Rest | undefined>;
  /** It will not be sent (again) any more. */
  drop(): void;
}

interface Rest {
  readonly body?: BodyInit;
}

const AS_IT_IS: BodyCopy = { replayable: true, take: async () => ({}), drop: () => undefined };
const NONE: BodyCopy = { replayable: false, take: async () => undefined, drop: () => undefined };

/**
 * Decides before the first send how the body could be sent again. `source`: what the body of a `Request` was made of,
 * where that is known.
 *
 * - A body in `init` is what it is, see `isReplayable`; a factory is asked again. One that its caller could change is
 *   copied, up to 1 MiB; beyond that it is not sent again, since nobody knows whether it is still the same.
 * - A `Request` does not tell what its body was made of. `source` says it where somebody else does (ky's hook); else a
 *   copy is kept while it is sent, and given up beyond 1 MiB, so that an upload is never buffered without limit.
 */
export function copyBody({ request, init, isFrozen, signal }: Call, source: unknown): BodyCopy {
  const body = init?.body;
  if (body !== undefined && body !== null) {
    // The init has it still: text cannot be changed, and a factory is asked again.
    if (typeof body === 'function' || typeof body === 'string') return AS_IT_IS;
    if (copiedBytes(body) > REPLAYED) return NONE;
    const own = isFrozen ? body : freeze(body);
    return isReplayable(own) ? kept(own) : NONE;
  }
  if (
    !request ||
    request.bodyUsed ||
    request.body === null ||
    request.method === 'GET' ||
    request.method === 'HEAD'
  )
    return AS_IT_IS;
  if (source !== undefined && source !== null) {
    if (!isReplayable(source)) return NONE;
    // What cannot be changed need not be copied: a Blob of 200 MB would be held in memory for nothing.
    if (typeof source !== 'object' || isBlob(source)) return kept(source as BodyInit);
  }
  // Where Request has no `body` (Firefox) it cannot be made of a stream either.
  if (!request.body) return copyLater(request.clone());
  // That of node-fetch's own Request is a Node stream, which two readers cannot share.
  if (!('getReader' in request.body)) return NONE;
  return copyWhileSent(request.clone().body as ReadableStream<Uint8Array<ArrayBuffer>>, signal);
}

const kept = (body: BodyInit): BodyCopy => ({ ...AS_IT_IS, take: async () => ({ body }) });

const copyLater = (copy: Request): BodyCopy => ({
  ...AS_IT_IS,
  async take() {
    const body = await copy.clone().blob();
    return body.size > REPLAYED ? undefined : { body };
  },
});

const isBlob = (source: object): boolean =>
  /^\[object (Blob|File)\]$/.test(Object.prototype.toString.call(source));

function copyWhileSent(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  signal: AbortSignal | null | undefined,
): BodyCopy {
  const reader = stream.getReader();
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  let complete = false;
  const pump = async (): Promise<void> => {
    for (;;) {
      const { done, value } = await reader.read();
      complete = done && size <= REPLAYED;
      if (done) return;
      size += value.byteLength;
      if (size > REPLAYED) return reader.cancel();
      chunks.push(value);
    }
  };
  // A body that fails is reported by fetch itself, which reads the other branch.
  const pumped = pump().catch(() => undefined);
  const drop = (): void => void reader.cancel().catch(() => undefined);
  return {
    replayable: true,
    drop,
    // In browsers the answer can be there before our branch has been read to its end.
    take: () =>
      abortable(
        new Promise((resolve) => {
          const give = (): void => {
            clearTimeout(timer);
            if (!complete) drop();
            resolve(complete ? { body: new Blob(chunks) } : undefined);
          };
          const timer = setTimeout(give, PATIENCE);
          void pumped.then(give);
        }),
        signal,
      ),
  };
}
