import { abortable, isReplayable } from 'unexpired/adapter';

/** Makes a body anew for each send: a stream that is made twice can be sent twice. */
export type BodyFactory = () => BodyInit | Promise<BodyInit>;

/** How much of a bare `Request`'s body is kept for a replay, in bytes: 1 MiB. */
const KEPT = 2 ** 20;
/** How long the rest of a copy is waited for once the answer is there, in ms. */
const PATIENCE = 1000;

/** What a request's body can be sent from again. */
export interface BodyCopy {
  /** `false`: it can not, as is known before the first send. */
  readonly replayable: boolean;
  /** What to pass to fetch for a replay, `undefined` if the body is gone. To be asked once, when the answer is there. */
  take(): Promise<Rest | undefined>;
  /** It will not be sent (again) any more. */
  drop(): void;
}

interface Rest {
  readonly input?: Request;
  readonly body?: BodyInit;
}

const AS_IT_IS: BodyCopy = { replayable: true, take: async () => ({}), drop: () => undefined };
const NONE: BodyCopy = { replayable: false, take: async () => undefined, drop: () => undefined };

/**
 * Decides before the first send how the body could be sent again.
 *
 * - A body in `init` is what it is, see `isReplayable`; a factory is asked again.
 * - A `Request` does not tell what its body was made of. `known` says it where somebody else does (ky's hook); else a
 *   copy is kept while it is sent, and given up beyond 1 MiB, so that an upload is never buffered without limit.
 */
export function copyBody(
  request: Request | undefined,
  body: BodyInit | BodyFactory | null | undefined,
  known: boolean | undefined,
  signal: AbortSignal | null | undefined,
): BodyCopy {
  if (body !== undefined && body !== null)
    return typeof body === 'function' || isReplayable(body) ? AS_IT_IS : NONE;
  if (
    !request ||
    request.bodyUsed ||
    request.body === null ||
    request.method === 'GET' ||
    request.method === 'HEAD'
  )
    return AS_IT_IS;
  if (known === false) return NONE;
  // Where Request has no `body` (older Firefox) it cannot be made of a stream either.
  if (known || !request.body) {
    const input = request.clone();
    return { ...AS_IT_IS, take: async () => ({ input }) };
  }
  return copyWhileSent(request.clone().body as ReadableStream<Uint8Array<ArrayBuffer>>, signal);
}

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
      complete = done && size <= KEPT;
      if (done) return;
      size += value.byteLength;
      if (size > KEPT) return reader.cancel();
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
