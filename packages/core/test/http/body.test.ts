import { Readable } from 'node:stream';
import { expect, it } from '@jest/globals';
import { isReplayable } from '../../src/http/body.ts';

async function* generate(): AsyncGenerator<string> {
  yield 'a';
}

it.each<[string, unknown]>([
  ['nothing', undefined],
  ['null', null],
  ['text', 'text'],
  ['a number', 5],
  ['an ArrayBuffer', new ArrayBuffer(1)],
  ['a SharedArrayBuffer', new SharedArrayBuffer(1)],
  ['a typed array', new Uint8Array(1)],
  ['a DataView', new DataView(new ArrayBuffer(1))],
  ['a Buffer', Buffer.from('a')],
  ['URLSearchParams', new URLSearchParams('a=b')],
  ['a Blob', new Blob(['a'])],
  ['a File', new File(['a'], 'a')],
  ['FormData', new FormData()],
  ['React Native’s FormData', Object.create({ getParts: () => [] })],
  ['a plain object', { a: 1 }],
  ['an object without a prototype', Object.create(null)],
  ['a list', [1]],
])('%s can be sent again', (_name, body) => {
  expect(isReplayable(body)).toBe(true);
});

it.each<[string, unknown]>([
  ['a Node stream', Readable.from(['a'])],
  ['a ReadableStream', new ReadableStream()],
  ['an async generator', generate()],
  ['an async iterable', { [Symbol.asyncIterator]: generate }],
  ['an iterator', [1].values()],
  [
    'something with pipe, such as the form-data package',
    { pipe: () => undefined, [Symbol.toStringTag]: 'FormData' },
  ],
  ['a function', () => 'a'],
  ['a Map', new Map()],
  ['a promise', Promise.resolve('a')],
  ['something with a name of its own', { [Symbol.toStringTag]: 'Whatever' }],
])('%s cannot', (_name, body) => {
  expect(isReplayable(body)).toBe(false);
});

it('a form as React Native has it, whatever its name, can be sent again', () => {
  const form = { getParts: () => [], [Symbol.toStringTag]: 'RNFormData' };
  expect(isReplayable(form)).toBe(true);
  expect(isReplayable({ getParts: 'no function', [Symbol.toStringTag]: 'Other' })).toBe(false);
});
