import { Readable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { letGoOfBody, watchBody } from '../../src/http/watch-body.ts';
import { settle } from '../support/clock.ts';

/** What `fail` is called with, in turn. */
const failures = (): { readonly seen: unknown[]; readonly fail: (error?: unknown) => void } => {
  const seen: unknown[] = [];
  return { seen, fail: (error) => void seen.push(error) };
};
const quiet = (): Readable => new Readable({ read: () => undefined });
const webStream = (): {
  readonly stream: ReadableStream<string>;
  readonly controller: ReadableStreamDefaultController<string>;
  readonly cancelled: unknown[];
} => {
  let controller: ReadableStreamDefaultController<string> | undefined;
  const cancelled: unknown[] = [];
  const stream = new ReadableStream<string>({
    start: (given) => void (controller = given),
    cancel: (reason) => void cancelled.push(reason),
  });
  return { stream, controller: controller as ReadableStreamDefaultController<string>, cancelled };
};
/** As `form-data` keeps its parts: text, streams, and streams with their source. */
const formOf = (...parts: readonly unknown[]): Readable =>
  Object.assign(quiet(), { _streams: parts });
const broken = new Error('EIO');

describe('what cannot fail is not watched, and let go of without a word:', () => {
  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['text', 'text'],
    ['a function', () => undefined],
    ['a list', ['a']],
    ['bytes', new Uint8Array(2)],
    ['a Blob', new Blob(['a'])],
    ['parameters', new URLSearchParams('a=1')],
  ])('%s', async (_name, body) => {
    const { seen, fail } = failures();
    watchBody(body, fail)();
    letGoOfBody(body, broken);
    await settle();
    expect(seen).toEqual([]);
  });
});

describe('a web stream', () => {
  it('that fails is told of with its error, and cannot be read by anybody else until then', async () => {
    const { seen, fail } = failures();
    const { stream, controller } = webStream();
    watchBody(stream, fail);
    expect(stream.locked).toBe(true);
    controller.error(broken);
    await settle();
    expect(seen).toEqual([broken]);
  });

  it('can be read after the watch, whose end is not told of, and may come twice', async () => {
    const { seen, fail } = failures();
    const { stream, controller } = webStream();
    const end = watchBody(stream, fail);
    end();
    end();
    controller.enqueue('text');
    controller.close();
    expect(await new Response(stream.pipeThrough(new TextEncoderStream())).text()).toBe('text');
    await settle();
    expect(seen).toEqual([]);
  });

  it('that somebody reads is left to them', async () => {
    const { seen, fail } = failures();
    const { stream, controller, cancelled } = webStream();
    const reader = stream.getReader();
    const closed = reader.closed.catch((error: unknown) => error);
    watchBody(stream, fail)();
    letGoOfBody(stream, broken);
    controller.error(broken);
    expect(await closed).toBe(broken);
    expect([seen, cancelled]).toEqual([[], []]);
  });

  it('is cancelled with the reason for which it is let go of', async () => {
    const { stream, cancelled } = webStream();
    letGoOfBody(stream, broken);
    await settle();
    expect(cancelled).toEqual([broken]);
  });

  it('that cannot be cancelled is nobody’s business', async () => {
    const { stream, controller } = webStream();
    controller.error(broken);
    letGoOfBody(stream, new Error('left'));
    await settle();
    await expect(stream.getReader().closed).rejects.toBe(broken);
  });
});

describe('a Node stream', () => {
  it('that fails is told of with its error', async () => {
    const { seen, fail } = failures();
    const stream = quiet();
    watchBody(stream, fail);
    stream.destroy(broken);
    await settle();
    expect(seen).toEqual([broken, broken]); // by both of its events
  });

  it('that is destroyed before its end is told of without one', async () => {
    const { seen, fail } = failures();
    const stream = quiet();
    watchBody(stream, fail);
    stream.destroy();
    await settle();
    expect(seen).toEqual([undefined]);
  });

  it('that was destroyed before is told of at once', async () => {
    const stream = quiet();
    stream.on('error', () => undefined);
    stream.destroy(broken);
    await settle();
    const { seen, fail } = failures();
    watchBody(stream, fail);
    expect(seen).toEqual([broken]);
  });

  it('is not told of after the watch, and what it emits then ends no process', async () => {
    const { seen, fail } = failures();
    const stream = quiet();
    watchBody(stream, fail)();
    expect(stream.listenerCount('close')).toBe(0);
    stream.destroy(broken);
    await settle();
    expect(seen).toEqual([]);
  });

  it('is destroyed where it is let go of, and its error is nobody’s business', async () => {
    const stream = new Readable({
      read: () => undefined,
      destroy: (_error, done) => done(broken),
    });
    letGoOfBody(stream, new Error('left'));
    await settle();
    expect([stream.destroyed, stream.errored]).toEqual([true, broken]);
  });
});

describe('what has no more than the shape of a stream is no reason to throw:', () => {
  const locked = (cancelled: unknown[]) => ({
    locked: true,
    getReader: () => undefined,
    cancel: async (reason: unknown) => void cancelled.push(reason),
  });

  it.each<[string, object]>([
    ['a Node stream without events', { pipe: () => undefined }],
    ['a web stream that cannot be cancelled', { getReader: () => undefined }],
  ])('%s', async (_name, body) => {
    const { seen, fail } = failures();
    if ('pipe' in body) watchBody(body, fail)();
    letGoOfBody(body, broken);
    await settle();
    expect(seen).toEqual([]);
  });

  it('a web stream that is locked is not cancelled', async () => {
    const cancelled: unknown[] = [];
    letGoOfBody(locked(cancelled), broken);
    await settle();
    expect(cancelled).toEqual([]);
  });

  it('what cannot be piped is not listened to, and what cannot be iterated has no end', async () => {
    const { fail } = failures();
    const called: string[] = [];
    const body = {
      on: () => void called.push('on'),
      destroy: () => void called.push('destroy'),
      return: () => void called.push('return'),
    };
    watchBody(body, fail)();
    letGoOfBody(body, broken);
    await settle();
    expect(called).toEqual([]);
  });
});

describe('a form of streams', () => {
  it('fails with any of its streams, those that it holds back included', async () => {
    const { seen, fail } = failures();
    const [plain, held] = [quiet(), quiet()];
    const form = formOf('text', null, plain, { source: held }, { source: 'text' });
    const end = watchBody(form, fail);
    plain.destroy(broken);
    held.destroy();
    await settle();
    expect(seen).toEqual([broken, broken, undefined]);
    end();
    expect([form, plain, held].map((each) => each.listenerCount('close'))).toEqual([0, 0, 0]);
  });

  it('is let go of with all of its streams', () => {
    const [plain, held] = [quiet(), quiet()];
    const form = formOf('text', plain, { source: held });
    letGoOfBody(form, broken);
    expect([form, plain, held].map(({ destroyed }) => destroyed)).toEqual([true, true, true]);
  });
});

describe('a generator', () => {
  it('is not watched, and ended where it is let go of', async () => {
    const done: string[] = [];
    async function* body(): AsyncGenerator<string> {
      try {
        yield 'a';
        yield 'b';
      } finally {
        done.push('closed');
      }
    }
    const generator = body();
    await generator.next();
    const { seen, fail } = failures();
    watchBody(generator, fail)();
    letGoOfBody(generator, broken);
    await settle();
    expect([done, seen]).toEqual([['closed'], []]);
  });

  it('that fails in its end, or has none, is nobody’s business', async () => {
    const failing = { [Symbol.asyncIterator]: () => failing, return: () => Promise.reject(broken) };
    const endless = { [Symbol.asyncIterator]: () => endless };
    letGoOfBody(failing, broken);
    letGoOfBody(endless, broken);
    await settle(); // a rejection that nobody handles would end the test run
    await expect(failing.return()).rejects.toBe(broken);
  });
});
