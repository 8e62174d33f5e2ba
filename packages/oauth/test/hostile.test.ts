import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { RequestListener } from 'node:http';
import { gzipSync } from 'node:zlib';
import { TokenError } from 'unexpired';
import { refreshTokenGrant, type TokenFetch } from '@unexpired/oauth';
import { context, tokens } from './support/context.ts';
import { bodies, headers, SECRET, statuses } from './support/hostile-answers.ts';
import { listen } from './support/listen.ts';

const LONG = 100 * 1024 * 1024;
const CHUNK = Buffer.alloc(64 * 1024, ' ');

let origin: string;
let stop: () => Promise<void>;
let answer: RequestListener;
beforeAll(async () => {
  ({ origin, stop } = await listen((request, response) => answer(request, response)));
});
afterAll(() => stop());

const redeem = (fetch?: TokenFetch) =>
  refreshTokenGrant({ tokenEndpoint: `${origin}/token`, clientId: 'web', fetch })(
    tokens('a-refresh-token'),
    context(),
  );
const plain =
  (length: string | null, text: string): TokenFetch =>
  async () => ({
    status: 200,
    headers: { get: (name) => (name === 'content-length' ? length : null) },
    text: async () => text,
  });

describe('a body that is too long is refused early', () => {
  it('100 MB that are announced: without waiting for the first byte, and the connection is given up', async () => {
    const closed = new Promise<void>((resolve) => {
      answer = (_request, response) => {
        response.on('close', resolve);
        response.writeHead(200, { 'content-length': String(LONG) }).flushHeaders();
      };
    });

    await expect(redeem()).rejects.toMatchObject({
      code: 'ERR_REFRESH_UNAVAILABLE',
      delivery: 'unanswered',
      message: expect.stringContaining('too long'),
    });
    await closed;
  });

  it('100 MB that are not: after 1 MiB, and the connection is given up', async () => {
    let written = 0;
    const closed = new Promise<void>((resolve) => {
      answer = (_request, response) => {
        response.on('close', resolve);
        response.writeHead(200);
        pour(
          () => response.write(CHUNK),
          (more) => response.once('drain', more),
          (bytes) => (written += bytes),
          () => response.destroyed,
        );
      };
    });

    await expect(redeem()).rejects.toMatchObject({
      code: 'ERR_REFRESH_UNAVAILABLE',
      delivery: 'unanswered',
      message: expect.stringContaining('too long'),
    });
    await closed;
    expect(written).toBeLessThan(LONG / 4);
  });

  it('100 MB that arrive as 100 kB: after 1 MiB of what they unfold to', async () => {
    const bomb = gzipSync(Buffer.alloc(LONG, ' '));
    answer = (_request, response) =>
      void response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb);

    await expect(redeem()).rejects.toMatchObject({
      code: 'ERR_REFRESH_UNAVAILABLE',
      delivery: 'unanswered',
      message: expect.stringContaining('too long'),
    });
  });

  it('the status still counts: an overlong 429 is a 429', async () => {
    answer = (_request, response) =>
      void response
        .writeHead(429, { 'content-length': String(LONG), 'retry-after': '1' })
        .write(CHUNK);

    await expect(redeem()).rejects.toMatchObject({
      code: 'ERR_REFRESH_UNAVAILABLE',
      delivery: 'answered',
      retryAfter: 1_000,
    });
  });

  it('a fetch without streams: by what is announced, else by what came', async () => {
    await expect(redeem(plain(String(LONG), '{"access_token":"at"}'))).rejects.toMatchObject({
      delivery: 'unanswered',
    });
    await expect(
      redeem(plain(null, `{"access_token":"at"}${' '.repeat(2 ** 20)}`)),
    ).rejects.toMatchObject({ delivery: 'unanswered' });
    expect(await redeem(plain(null, '{"access_token":"at"}'))).toEqual({ access_token: 'at' });
  });

  it('1 MiB exactly is read', async () => {
    answer = (_request, response) =>
      void response.end('{"access_token":"at"}'.padEnd(2 ** 20, ' '));

    expect(await redeem()).toEqual({ access_token: 'at' });
  });
});

describe('whatever the server answers', () => {
  it('an object with a token comes back as it came, anything else is a typed error, and no token text is in its message', async () => {
    await fc.assert(
      fc.asyncProperty(statuses, bodies, headers, async (code, text, head) => {
        const outcome: unknown = await redeem(
          async () => new Response(text, { status: code, headers: head }),
        ).catch((error: unknown) => error);

        if (outcome instanceof TokenError) isSafe(outcome);
        else isAsItCame(outcome, code, text);
        expect(Object.getOwnPropertyNames(Object.prototype)).toHaveLength(PROTOTYPE_SIZE);
      }),
      { numRuns: 1_000 },
    );
  });

  it('of a member that is there twice, the last one counts, as everywhere', async () => {
    const text = '{"access_token":"one","access_token":"two"}';

    expect(await redeem(async () => new Response(text))).toEqual({ access_token: 'two' });
  });

  it('a member named __proto__ is a member, and the prototype stays what it is', async () => {
    const found = await redeem(
      async () => new Response('{"access_token":"at","__proto__":{"polluted":true}}'),
    );

    expect(Object.keys(found)).toEqual(['access_token', '__proto__']);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });
});

const PROTOTYPE_SIZE = Object.getOwnPropertyNames(Object.prototype).length;

/** Writes up to 100 MB, as fast as the reader takes it. */
function pour(
  write: () => boolean,
  whenDrained: (more: () => void) => void,
  count: (bytes: number) => void,
  gone: () => boolean,
): void {
  let left = LONG;
  const more = (): void => {
    while (left > 0 && !gone()) {
      left -= CHUNK.length;
      count(CHUNK.length);
      if (!write()) return whenDrained(more);
    }
  };
  more();
}

function isSafe(error: TokenError): void {
  expect(error.delivery).toMatch(/^(?:answered|unanswered)$/);
  expect(error.retryAfter ?? 0).toBeGreaterThanOrEqual(0);
  expect(error.retryAfter ?? 0).toBeLessThanOrEqual(3_600_000);
  expect(`${error.message} ${String(error.cause)} ${error.stack}`).not.toMatch(SECRET);
}

function isAsItCame(outcome: unknown, status: number, text: string): void {
  const { access_token: access, refresh_token: refresh } = outcome as Record<string, unknown>;
  expect(outcome).toEqual(JSON.parse(text));
  expect([typeof access, typeof refresh]).toContain('string');
  expect(status).toBeLessThan(300);
}
