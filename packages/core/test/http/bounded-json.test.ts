import { describe, expect, it } from '@jest/globals';
import { type BodyReader, isJsonType, parseJson, readJson } from '../../src/http/bounded-json.ts';
import { settle, testClock } from '../support/clock.ts';

const MIB = 2 ** 20;
/** A body in these pieces; after them it ends, or hangs. */
const body = (
  pieces: readonly (string | Uint8Array | undefined)[],
  hangs = false,
): BodyReader & { cancelled: number; reads: number } => {
  const rest = [...pieces];
  const self = {
    cancelled: 0,
    reads: 0,
    async read() {
      self.reads++;
      if (rest.length > 0) return { done: false, value: rest.shift() };
      return hangs ? new Promise<never>(() => undefined) : { done: true };
    },
    cancel: () => void self.cancelled++,
  };
  return self;
};
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

it.each([
  ['application/json', true],
  ['application/json; charset=utf-8', true],
  ['APPLICATION/JSON', true],
  ['application/json, application/json', true],
  ['text/json', true],
  ['text/x-json', true],
  ['application/problem+json', true],
  ['application/vnd.api+json;v=1', true],
  ['application/graphql-response+json', true],
  ['', true],
  [null, true],
  [undefined, true],
  ['text/plain', false],
  ['text/html; charset=json', false],
  ['text/event-stream', false],
  ['application/json-seq', false],
  ['application/jsonl', false],
  ['application/json-lines', false],
  ['application/x-ndjson', false],
  ['application/ndjson', false],
  ['application/octet-stream', false],
])('%s may be JSON: %s', (type, expected) => {
  expect(isJsonType(type)).toBe(expected);
});

it.each<[string | undefined, string, unknown]>([
  ['application/json', '{"a":1}', { a: 1 }],
  ['application/json', '"a"', 'a'],
  ['application/json', '{', undefined],
  ['application/json', '', undefined],
  [undefined, '\n [1]', [1]],
  [undefined, '"a"', undefined],
  [undefined, '1', undefined],
  ['text/plain', '{"a":1}', undefined],
  ['application/json', `"${'x'.repeat(MIB - 2)}"`, 'x'.repeat(MIB - 2)],
  ['application/json', `"${'x'.repeat(MIB - 1)}"`, undefined],
])('a text of the type %s is parsed, or not', (type, text, expected) => {
  expect(parseJson(type, text)).toEqual(expected);
});

describe('a body that is on its way', () => {
  it.each<[string, readonly (string | Uint8Array | undefined)[], unknown]>([
    [
      'in pieces, within a letter',
      [bytes('{"a":"é').slice(0, 7), bytes('é"}').slice(1)],
      { a: 'é' },
    ],
    ['with a byte order mark', [bytes('\uFEFF{"a":1}')], { a: 1 }],
    ['as text', ['{"a"', ':1}'], { a: 1 }],
    ['with empty pieces', [undefined, bytes(''), bytes('[1]')], [1]],
    ['of nothing', [], undefined],
    ['cut off', ['{"a":'], undefined],
  ])('is read: %s', async (_name, pieces, expected) => {
    const reader = body(pieces);
    expect(await readJson('application/json', reader)).toEqual(expected);
    expect(reader.cancelled).toBe(0);
  });

  it('is given up beyond 1 MiB', async () => {
    const reader = body(
      Array.from({ length: 100 }, () => 'x'.repeat(MIB / 4)),
      true,
    );
    expect(await readJson('application/json', reader)).toBeUndefined();
    expect([reader.reads, reader.cancelled]).toEqual([5, 1]);
  });

  it('is given up at its first letter where no type says that it is JSON', async () => {
    const reader = body([' ', '\n', 'data: [1]'], true);
    expect(await readJson('', reader)).toBeUndefined();
    expect([reader.reads, reader.cancelled]).toEqual([3, 1]);
  });

  it('is given up after 5 s, and no timer is left', async () => {
    const clock = testClock();
    const reader = body(['{'], true);
    let over = false;
    const reading = readJson('application/json', reader, clock).finally(() => (over = true));
    await clock.advance(4999);
    expect(over).toBe(false);
    await clock.advance(1);
    expect([await reading, reader.cancelled, clock.pending]).toEqual([undefined, 1, 0]);
    await readJson('application/json', body(['1']), clock);
    expect(clock.pending).toBe(0);
  });

  it('is not read any further, and given up once, where a piece comes after its time', async () => {
    const clock = testClock();
    let arrive = (_piece: { value: string }): void => undefined;
    const seen = { reads: 0, cancelled: 0 };
    const reader: BodyReader = {
      read: () => (seen.reads++, new Promise((resolve) => (arrive = resolve))),
      cancel: () => void seen.cancelled++,
    };
    const reading = readJson('application/json', reader, clock);
    await clock.advance(5000);
    expect(await reading).toBeUndefined();
    arrive({ value: '[1' });
    await settle();
    expect(seen).toEqual({ reads: 1, cancelled: 1 });
  });

  it('that fails is given up', async () => {
    const reader = { ...body([]), read: () => Promise.reject(new Error('cut off')) };
    const seen = { cancelled: 0 };
    reader.cancel = () => void seen.cancelled++;
    expect(await readJson('application/json', reader)).toBeUndefined();
    expect(seen.cancelled).toBe(1);
  });

  it('that fails is no JSON, also where giving it up fails', async () => {
    const failing: BodyReader = {
      read: () => Promise.reject(new Error('cut off')),
      cancel: () => Promise.reject(new Error('gone')),
    };
    expect(await readJson('application/json', failing)).toBeUndefined();
  });
});
