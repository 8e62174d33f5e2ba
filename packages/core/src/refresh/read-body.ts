import type { Clock } from '../time/clock.ts';
import { within } from '../time/within.ts';
import { type Members, readMembers } from '../tokens/read-members.ts';

/** A token response is a few kB; a longer one is none. */
const LONGEST_BODY = 1_048_576;
/** Ms that a body gets after its headers have come. */
const BODY_LIMIT = 5000;

/**
 * What came of a body. `none`: there is none, or somebody else has read it. `lost`: it did not come whole, or cannot be
 * understood, so nobody knows what the server said.
 */
export type Body = { readonly json: object } | { readonly text: string } | 'none' | 'lost';

/** Whatever gives a body piece by piece: a web stream, or what can be iterated. */
interface Stream {
  getReader?(): { read(): Promise<Piece>; cancel(): unknown };
  [Symbol.asyncIterator](): { next(): Promise<Piece>; return?(): unknown };
  destroy?(): void;
}
interface Piece {
  readonly done?: boolean;
  readonly value?: unknown;
}

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
  return readWhole(response, typeof text === 'function' ? text : json, clock);
}

/** The body as a client gives it: parsed, as a text, as bytes, as a stream or as a `Blob`. Never rejects. */
export async function readBody(body: unknown, clock: Clock): Promise<Body> {
  const { of, unreadable } = readMembers(body, MEMBERS);
  const { getReader, locked, text } = of;
  if (unreadable) return 'lost';
  const isWeb = typeof getReader === 'function';
  if (isWeb && locked === true) return 'none';
  if (isWeb || typeof of[Symbol.asyncIterator] === 'function')
    return readStream(body as Stream, clock);
  return readWhole(body, text, clock);
}

const MEMBERS = ['getReader', 'locked', 'text', Symbol.asyncIterator] as const;

/** What `read` gives; without it, what is there already. */
const readWhole = (body: unknown, read: unknown, clock: Clock): Promise<Body> =>
  inTime(clock, async () => fromValue(typeof read === 'function' ? await read.call(body) : body));

function readStream(body: Stream, clock: Clock): Promise<Body> {
  let cancel = (): unknown => undefined;
  // The body is given up either way; that its source could not be told adds nothing.
  const giveUp = (): void => void (async () => cancel())().catch(() => undefined);
  return inTime(
    clock,
    async () => {
      const [next, stop] = open(body);
      cancel = stop;
      const found = await collect(next);
      if (found === undefined) giveUp();
      return found ?? 'lost';
    },
    giveUp,
  );
}

/** `lost` where the work fails, or takes too long. */
const inTime = (clock: Clock, work: () => Promise<Body>, giveUp?: () => void): Promise<Body> =>
  within(
    clock,
    BODY_LIMIT,
    work().catch((): Body => 'lost'),
    () => {
      giveUp?.();
      return 'lost';
    },
  );

/** How the next piece is had, and how the rest is given up. */
function open(body: Stream): readonly [() => Promise<Piece>, () => unknown] {
  if (body.getReader) {
    const reader = body.getReader();
    return [() => reader.read(), () => reader.cancel()];
  }
  const iterator = body[Symbol.asyncIterator]();
  return [
    () => iterator.next(),
    () => {
      body.destroy?.(); // a stream of Node: `return` would wait for its next piece
      return iterator.return?.();
    },
  ];
}

/** `undefined`: it is too long. */
async function collect(next: () => Promise<Piece>): Promise<Body | undefined> {
  const decoder = new TextDecoder();
  let text = '';
  for (let length = 0; length <= LONGEST_BODY; ) {
    const { done, value } = await next();
    if (done) return fromText(text + decoder.decode());
    const chunk = typeof value === 'string' ? value : (value as Uint8Array);
    text += typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true });
    length += (typeof chunk === 'string' ? chunk.length : chunk.byteLength) || 1; // empty pieces for ever would be endless, too
  }
  return undefined;
}

function fromValue(value: unknown): Body {
  if (typeof value === 'string') return fromText(value);
  if (typeof value !== 'object' || value === null) return 'none';
  if (!ArrayBuffer.isView(value) && !(value instanceof ArrayBuffer)) return { json: value };
  return value.byteLength > LONGEST_BODY ? 'lost' : fromText(new TextDecoder().decode(value));
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
