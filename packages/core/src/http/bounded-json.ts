import { type Clock, systemClock } from '../time/clock.ts';

/** How much of an answer is read, in bytes of a stream or characters of a text: 1 MiB. */
const LONGEST = 2 ** 20;
/** How long an answer is waited for, in ms. */
const PATIENCE = 5000;
/** Any type that ends in `json` (RFC 6839 section 3.1). Not `json-seq`, `jsonl` and the like, which are streams of answers. */
const JSON_TYPE = /^[\w-]+\/(?:[^\s;,]+\+|x-)?json\s*(?:[;,]|$)/i;

/** Reads a body piece by piece. */
export interface BodyReader {
  read(): PromiseLike<{
    readonly done?: boolean | undefined;
    readonly value?: Uint8Array | string | undefined;
  }>;
  /** It is not read any further. */
  cancel(): unknown;
}

/** May a body of this media type be JSON? Text is not; without a type, what it begins with decides. */
export function isJsonType(type: string | null | undefined): boolean {
  return !type || JSON_TYPE.test(type);
}

/**
 * The JSON in a text that is there already; `undefined` if its media type is another one, if it is longer than 1 MiB, or
 * no JSON.
 */
export function parseJson(type: string | null | undefined, text: string): unknown {
  if (!isJsonType(type) || (!type && !looksLikeJson(text)) || text.length > LONGEST)
    return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined; // not JSON
  }
}

/**
 * Reads the JSON of a body that is still on its way, as {@link parseJson} has it: of 1 MiB and 5 s at the most, so that
 * an answer without an end delays nobody for longer. Never rejects.
 */
export function readJson(
  type: string | null | undefined,
  reader: BodyReader,
  clock: Clock = systemClock,
): Promise<unknown> {
  return new Promise((resolve) => {
    let over = false;
    const end = (found: unknown, unread: boolean): void => {
      if (over) return;
      over = true;
      stop();
      resolve(found);
      // A copy that is given up must not hold back the caller's.
      if (unread) void Promise.resolve(reader.cancel()).catch(() => undefined);
    };
    const stop = clock.setTimeout(() => end(undefined, true), PATIENCE);
    readText(type, reader, () => over).then(
      (text) => end(text === undefined ? undefined : parseJson(type, text), text === undefined),
      // Whatever is wrong with the body, the caller will see it.
      () => end(undefined, true),
    );
  });
}

// `undefined`: it is too long, or does not begin as JSON does.
async function readText(
  type: string | null | undefined,
  reader: BodyReader,
  isOver: () => boolean,
): Promise<string | undefined> {
  const decoder = new TextDecoder();
  let text = '';
  let size = 0;
  while (!isOver()) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    if (value === undefined) continue;
    size += value.length;
    text += typeof value === 'string' ? value : decoder.decode(value, { stream: true });
    if (size > LONGEST || (!type && text.trim() && !looksLikeJson(text))) return undefined;
  }
  return undefined;
}

const looksLikeJson = (text: string): boolean => /^\s*[[{]/.test(text);
