import { type Members, readMembers } from '../tokens/read-members.ts';
import type { Clock } from '../time/clock.ts';

/** A token response is a few kB; a longer one is none. */
const LONGEST_BODY = 1_048_576;
/** Ms that a body gets after its headers have come. */
const BODY_LIMIT = 5000;

/**
 * What came of a body. `none`: there is none, or somebody else has read it. `lost`: it did not come whole, or cannot be
 * understood, so nobody knows what the server said.
 */
export type Body = { readonly json: object } | { readonly text: string } | 'none' | 'lost';

/**
 * The body of a fetch `Response`, or of what looks like one: `json()` alone is enough. `of`: its members, read before.
 * Never rejects.
 */
export async function readResponse(
  response: unknown,
  { bodyUsed, body, text, json }: Members['of'],
  clock: Clock,
): Promise<Body> {
  if (bodyUsed === true) return 'none';
  if (typeof body === 'object' && body !== null) return readBody(body, clock);
  const read = typeof text === 'function' ? text : json;
  return typeof read === 'function'
    ? within(clock, async () => fromValue(await read.call(response)))
    : 'none';
}

/** The body as a client gives it: parsed, as a text, as bytes or as a stream. Never rejects. */
export async function readBody(body: unknown, clock: Clock): Promise<Body> {
  const { of, unreadable } = readMembers(body, MEMBERS);
  if (unreadable) return 'lost';
  if (typeof of['getReader'] === 'function')
    return of['locked'] === true ? 'none' : readWebStream(body as WebStream, clock);
  if (typeof of[Symbol.asyncIterator] === 'function')
    return readIterable(body as AsyncIterable<unknown>, clock);
  const { text } = of; // a Blob
  return typeof text === 'function'
    ? within(clock, async () => fromValue(await text.call(body)))
    : fromValue(body);
}

const MEMBERS = ['getReader', 'locked', 'text', Symbol.asyncIterator] as const;

interface WebStream {
  getReader(): { read(): Promise<{ done: boolean; value?: unknown }>; cancel(): Promise<void> };
}

/** `undefined` where it throws: what cannot be asked is not there. */
const guarded = <T>(read: () => T): T | undefined => {
  try {
    return read();
  } catch {
    return undefined;
  }
};

function readWebStream(body: WebStream, clock: Clock): Promise<Body> {
  const reader = guarded(() => body.getReader());
  if (reader === undefined) return Promise.resolve('lost');
  return collect(
    clock,
    () => reader.read(),
    () => reader.cancel(),
  );
}

function readIterable(body: AsyncIterable<unknown>, clock: Clock): Promise<Body> {
  const iterator = guarded(() => body[Symbol.asyncIterator]());
  if (iterator === undefined) return Promise.resolve('lost');
  return collect(
    clock,
    async () => {
      const { done, value } = await iterator.next();
      return { done: done === true, value };
    },
    async () => {
      (body as { destroy?(): void }).destroy?.(); // a stream of Node: `return` would wait for its next piece
      await iterator.return?.();
    },
  );
}

/** Reads piece by piece, and gives up (`cancel`) what is too long or too slow. */
function collect(
  clock: Clock,
  next: () => Promise<{ done: boolean; value?: unknown }>,
  cancel: () => Promise<unknown>,
): Promise<Body> {
  const giveUp = (): void => {
    // The body is given up either way; that its source could not be told adds nothing.
    void (async () => cancel())().catch(() => undefined);
  };
  const read = async (): Promise<Body> => {
    const decoder = new TextDecoder();
    let text = '';
    for (let length = 0; length <= LONGEST_BODY; ) {
      const { done, value } = await next();
      if (done) return fromText(text + decoder.decode());
      const chunk = typeof value === 'string' ? value : (value as Uint8Array);
      text += typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true });
      length += (typeof chunk === 'string' ? chunk.length : chunk.byteLength) || 1; // empty pieces for ever would be endless, too
    }
    giveUp();
    return 'lost';
  };
  return within(clock, read, giveUp);
}

/** `lost` where the work fails, or takes too long. */
function within(clock: Clock, work: () => Promise<Body>, giveUp?: () => void): Promise<Body> {
  return new Promise((resolve) => {
    const cancel = clock.setTimeout(
      () => {
        giveUp?.();
        resolve('lost');
      },
      BODY_LIMIT,
      true,
    );
    void work()
      .catch((): Body => 'lost')
      .then((body) => {
        cancel();
        resolve(body);
      });
  });
}

function fromValue(value: unknown): Body {
  if (typeof value === 'string') return fromText(value);
  if (typeof value !== 'object' || value === null) return 'none';
  const bytes = ArrayBuffer.isView(value) || guarded(() => value instanceof ArrayBuffer) === true;
  if (!bytes) return { json: value };
  const { byteLength } = value as ArrayBuffer;
  return byteLength > LONGEST_BODY
    ? 'lost'
    : fromText(new TextDecoder().decode(value as ArrayBuffer));
}

function fromText(text: string): Body {
  if (text.length > LONGEST_BODY) return 'lost';
  const trimmed = text.replace(/^\uFEFF/, '').trim();
  if (trimmed === '') return 'none';
  try {
    const json: unknown = JSON.parse(trimmed);
    return typeof json === 'object' && json !== null ? { json } : 'none';
  } catch {
    // The parser's message quotes the text, so it goes nowhere. What begins like JSON was cut off.
    return /^[[{]/.test(trimmed) ? 'lost' : { text: trimmed };
  }
}
