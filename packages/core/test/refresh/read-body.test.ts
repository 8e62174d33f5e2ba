import { describe, expect, it } from '@jest/globals';
import { readBody, readResponse } from '../../src/refresh/read-body.ts';
import { settle, testClock } from '../support/clock.ts';

const MIB = 1_048_576;
const JSON_TEXT = '{"access_token":"käse €"}';
const FOUND = { json: { access_token: 'käse €' } };
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
/** One byte at a time, so that a character comes in pieces. */
const inBytes = (text: string): Uint8Array[] => [...bytes(text)].map((one) => Uint8Array.of(one));
const read = (body: unknown): Promise<unknown> => readBody(body, testClock());

function webStream(pieces: readonly unknown[], cancelled: unknown[] = []): ReadableStream {
  const left = [...pieces];
  return new ReadableStream({
    pull(controller) {
      if (left.length === 0) controller.close();
      else controller.enqueue(left.shift());
    },
    cancel: (reason) => void cancelled.push(reason),
  });
}
async function* pieceByPiece(pieces: readonly unknown[], ended: string[] = []) {
  try {
    yield* pieces;
  } finally {
    ended.push('ended');
  }
}

describe('a body', () => {
  it.each<[string, () => unknown]>([
    ['a text', () => JSON_TEXT],
    ['a text with a byte order mark', () => `\uFEFF${JSON_TEXT}`],
    ['a text with white space around it', () => `\r\n ${JSON_TEXT} \n`],
    ['bytes', () => bytes(JSON_TEXT)],
    ['a buffer', () => bytes(JSON_TEXT).buffer],
    ['a Blob', () => new Blob([JSON_TEXT])],
    ['a web stream of bytes', () => webStream(inBytes(JSON_TEXT))],
    ['a web stream of text', () => webStream([...JSON_TEXT])],
    ['a generator of bytes', () => pieceByPiece(inBytes(JSON_TEXT))],
    ['a generator of text', () => pieceByPiece([...JSON_TEXT])],
    ['a generator with empty pieces', () => pieceByPiece(['', JSON_TEXT, ''])],
    ['what is parsed already', () => FOUND.json],
  ])('is read: %s', async (_name, make) => {
    expect(await read(make())).toEqual(FOUND);
  });

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['an empty text', ''],
    ['white space', ' \n'],
    ['a number', 5],
    ['a JSON number', '5'],
    ['a JSON text', '"text"'],
    ['JSON null', 'null'],
    ['no bytes', new Uint8Array()],
  ])('is none: %s', async (_name, body) => {
    expect(await read(body)).toBe('none');
  });

  it.each<[string, unknown]>([
    ['an object', '{"access_token":"a'],
    ['a list', '[1,'],
  ])('that was cut off is lost: %s', async (_name, body) => {
    expect(await read(body)).toBe('lost');
  });

  it.each(['Not found', 'Bad {request}', 'see [1]'])(
    'that is no JSON is a text: %s',
    async (text) => {
      expect(await read(` ${text}\n`)).toEqual({ text });
    },
  );

  it('that somebody else reads is none', async () => {
    const stream = webStream([JSON_TEXT]);
    stream.getReader();
    expect(await read(stream)).toBe('none');
  });

  it('that fails, or cannot be looked at, is lost', async () => {
    const failing = new ReadableStream({ pull: () => Promise.reject(new Error('reset')) });
    const hostile = {
      get getReader(): never {
        throw new Error('no');
      },
    };
    const blob = { text: () => Promise.reject(new Error('gone')) };
    expect(await Promise.all([failing, hostile, blob].map(read))).toEqual(['lost', 'lost', 'lost']);
  });
});

describe('a body of 1 MiB', () => {
  const padded = (length: number): string => JSON_TEXT + ' '.repeat(length - JSON_TEXT.length);
  const asBytes = (length: number): Uint8Array => {
    const made = new Uint8Array(length).fill(32);
    made.set(bytes(JSON_TEXT));
    return made;
  };

  it.each<[string, (length: number) => unknown]>([
    ['a text', padded],
    ['bytes', asBytes],
    ['a web stream of bytes', (length) => webStream([asBytes(length)])],
    ['a web stream of text', (length) => webStream([padded(length)])],
    ['a generator', (length) => pieceByPiece([asBytes(length)])],
  ])('is read, and one that is longer is lost: %s', async (_name, make) => {
    expect(await read(make(MIB))).toEqual(FOUND);
    expect(await read(make(MIB + 1))).toBe('lost');
  });

  it('that is longer is given up: a web stream is cancelled, a generator ends', async () => {
    const [cancelled, ended]: [unknown[], string[]] = [[], []];
    const piece = new Uint8Array(MIB + 1);
    expect(await read(webStream([piece, piece, piece], cancelled))).toBe('lost');
    expect(await read(pieceByPiece([piece, piece], ended))).toBe('lost');
    await settle();
    expect([cancelled.length, ended]).toEqual([1, ['ended']]);
  });

  it('that is longer is given up also where it has no end, or fails in that', async () => {
    const destroyed: string[] = [];
    const next = async () => ({ value: new Uint8Array(MIB + 1) });
    const bare = { [Symbol.asyncIterator]: () => ({ next }) };
    const node = {
      destroy: () => void destroyed.push('destroyed'),
      [Symbol.asyncIterator]: () => ({
        next,
        return: () => {
          throw new Error('no end');
        },
      }),
    };
    expect([await read(bare), await read(node)]).toEqual(['lost', 'lost']);
    await settle(); // a rejection that nobody handles would end the test run
    expect(destroyed).toEqual(['destroyed']);
  });

  it('that is whole is not given up', async () => {
    const [cancelled, destroyed]: unknown[][] = [[], []];
    const iterator = pieceByPiece([JSON_TEXT]);
    const node = Object.assign(iterator, { destroy: () => void destroyed?.push('destroyed') });
    expect(await read(webStream([JSON_TEXT], cancelled))).toEqual(FOUND);
    expect(await read(node)).toEqual(FOUND);
    await settle();
    expect([cancelled, destroyed]).toEqual([[], []]);
  });

  it('in endless pieces of nothing is lost, too', async () => {
    let asked = 0;
    const next = async () => ({ value: new Uint8Array(), asked: asked++ });
    expect(await read({ [Symbol.asyncIterator]: () => ({ next }) })).toBe('lost');
    expect(asked).toBe(MIB + 1);
  });
});

describe('a body that does not come', () => {
  it.each<[string, (given: string[]) => unknown]>([
    [
      'a web stream',
      (given) =>
        new ReadableStream({
          pull: () => new Promise(() => undefined),
          cancel: () => void given.push('up'),
        }),
    ],
    [
      'a stream of Node',
      (given) => ({
        destroy: () => void given.push('up'),
        [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => undefined) }),
      }),
    ],
  ])('is given up after 5 s: %s', async (_name, make) => {
    const clock = testClock();
    const given: string[] = [];
    const found: unknown[] = [];
    void readBody(make(given), clock).then((body) => found.push(body));
    await clock.advance(4999);
    expect([found, given]).toEqual([[], []]);
    await clock.advance(1);
    expect([found, given]).toEqual([['lost'], ['up']]);
  });

  it('as text() either', async () => {
    const clock = testClock();
    const found: unknown[] = [];
    void readBody({ text: () => new Promise(() => undefined) }, clock).then((body) =>
      found.push(body),
    );
    await clock.advance(5000);
    expect(found).toEqual(['lost']);
  });
});

describe('a response', () => {
  const response = (of: Record<string, unknown>): Promise<unknown> =>
    readResponse(of, of, testClock());

  it.each<[string, Record<string, unknown>, unknown]>([
    ['with a body', { body: webStream([JSON_TEXT]) }, FOUND],
    ['whose body was read', { bodyUsed: true, text: async () => JSON_TEXT }, 'none'],
    ['whose body was not read', { bodyUsed: false, text: async () => JSON_TEXT }, FOUND],
    ['without a body', { body: null, text: async () => '' }, 'none'],
    ['with text() alone', { text: async () => JSON_TEXT }, FOUND],
    ['with text() and json()', { text: async () => JSON_TEXT, json: () => ({}) }, FOUND],
    ['with json() alone', { json: async () => FOUND.json }, FOUND],
    ['with json() that fails', { json: () => Promise.reject(new Error('cut off')) }, 'lost'],
  ])('%s', async (_name, of, found) => {
    expect(await response(of)).toEqual(found);
  });

  it('is asked as itself', async () => {
    const one = {
      secret: JSON_TEXT,
      async text() {
        return this.secret;
      },
    };
    expect(await response(one)).toEqual(FOUND);
  });
});
