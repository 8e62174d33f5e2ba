import { describe, expect, it, jest } from '@jest/globals';
import type { ApiResponse } from '../../src/http/options.ts';
import { TokenError } from '../../src/errors/errors.ts';
import type { TokenSource } from '../../src/source.ts';
import { answer, caught, judging, signed, source, URL_ } from '../support/authorizing.ts';

describe('what a refusal leads to', () => {
  it('one replay with another token', async () => {
    const asked: unknown[] = [];
    const { signal } = new AbortController();
    const judge = await judging(
      source({
        async replaceRejected(...request) {
          asked.push(request);
          return { accessToken: 'two', tokenType: 'bearer' };
        },
      }),
      {},
      signal,
    );
    expect(await judge(answer(), true)).toMatchObject({ replay: { Authorization: 'Bearer two' } });
    expect(asked).toEqual([['one', { signal }]]);
  });

  it.each<[string, Partial<TokenSource>, ApiResponse, boolean]>([
    ['there is nothing better', { replaceRejected: async () => undefined }, answer(), true],
    [
      'it would be the same token',
      { replaceRejected: async () => ({ accessToken: 'one' }) },
      answer(),
      true,
    ],
    ['the body is gone', {}, answer(), false],
    ['it came from another origin', {}, answer(401, 'https://other.example/a'), true],
    ['it came from an origin in doubt', {}, answer(401, 'https://a@api.example.com/a'), true],
  ])('the 401 itself when %s', async (_name, over, response, replayable) => {
    expect(await (await signed(source(over))).judge(response, replayable)).toEqual({});
  });

  it('a replacement for others, also when the body is gone', async () => {
    let asked = 0;
    const judge = await judging(source({ replaceRejected: async () => void asked++ }));
    await judge(answer(), false);
    expect(asked).toBe(1);
  });

  it('no question to the source for a 401 from another origin', async () => {
    let asked = 0;
    const judge = await judging(source({ replaceRejected: async () => void asked++ }));
    await judge(answer(401, 'https://other.example/a'), true);
    expect(asked).toBe(0);
  });

  it('the 401 with a cause when somebody has to sign in, or new tokens were refused as well, an error otherwise', async () => {
    const ended = new TokenError('ERR_SESSION_ENDED');
    expect(
      await (await signed(source({ replaceRejected: () => Promise.reject(ended) }))).judge(
        answer(),
        true,
      ),
    ).toEqual({ cause: ended });
    const limited = new TokenError('ERR_REFRESH_LIMIT');
    const limiting = await signed(source({ replaceRejected: () => Promise.reject(limited) }));
    expect(await limiting.judge(answer(), true)).toEqual({ cause: limited });
    const failing = async (cause: Error): Promise<unknown> => {
      const judge = await judging(source({ replaceRejected: () => Promise.reject(cause) }));
      return caught(judge(answer(), true));
    };
    for (const code of ['ERR_REFRESH_UNAVAILABLE', 'ERR_REFRESH_CONFIGURATION'] as const) {
      const cause = new TokenError(code);
      expect(await failing(cause)).toMatchObject({ name: 'TokenError', code, cause });
    }
    const odd = new Error('odd');
    expect(await failing(odd)).toBe(odd);
  });

  it('the abort reason at once, even if classify never answers', async () => {
    const controller = new AbortController();
    const judge = await judging(
      source(),
      { classify: () => new Promise(() => undefined) },
      controller.signal,
    );
    const judged = judge(answer(), true);
    const reason = new Error('enough');
    controller.abort(reason);
    await expect(judged).rejects.toBe(reason);
  });

  it('the abort reason at once, even if the source takes no notice', async () => {
    const controller = new AbortController();
    const judge = await judging(
      source({ replaceRejected: () => new Promise(() => undefined) }),
      {},
      controller.signal,
    );
    const judged = judge(answer(), true);
    const reason = new TokenError('ERR_SESSION_ENDED');
    controller.abort(reason);
    await expect(judged).rejects.toBe(reason);
  });

  it('nothing for any other answer, without waiting', async () => {
    const judge = await judging(source());
    expect(judge(answer(200), true)).toBeUndefined();
    expect(judge(answer(403), true)).toBeUndefined();
  });

  it('what classify says of this answer to this request', async () => {
    const asked: unknown[] = [];
    const judge = await judging(source(), {
      classify: (response, request) => (asked.push(response.status, request), undefined),
    });
    expect(await judge(answer(401), true)).toMatchObject({ replay: {} });
    expect(judge(answer(419), true)).toBeUndefined();
    expect(asked).toEqual([401, 419].flatMap((status) => [status, { method: 'GET', url: URL_ }]));
    const accepting = await signed(source(), { classify: () => 'accepted' });
    expect(accepting.judge(answer(401), true)).toBeUndefined();
    const wrong = await signed(source(), { classify: () => true as never });
    await expect(wrong.judge(answer(401), true)).rejects.toThrow(
      new TypeError("classify: expected 'rejected', 'accepted' or undefined, got boolean"),
    );
    const falsy = await signed(source(), { classify: () => false as never });
    expect(await falsy.judge(answer(401), true)).toMatchObject({ replay: {} });
    const broken = new Error('broken');
    const throwing = await signed(source(), {
      classify() {
        throw broken;
      },
    });
    await expect(throwing.judge(answer(200), true)).rejects.toBe(broken);
  });

  it.each([
    [401, { replay: { Authorization: 'Bearer two' } }],
    [200, {}],
  ])(
    'what the standard says of a %i, where classify has said nothing for 10 s',
    async (status, expected) => {
      jest.useFakeTimers();
      try {
        const judge = await judging(source(), { classify: () => new Promise(() => undefined) });
        let verdict: unknown;
        const asked = Promise.resolve(judge(answer(status), true)).then(
          (found) => (verdict = found),
        );
        await jest.advanceTimersByTimeAsync(9999);
        expect(verdict).toBeUndefined();
        await jest.advanceTimersByTimeAsync(1);
        await asked;
        expect([verdict, jest.getTimerCount()]).toMatchObject([expected, 0]);
      } finally {
        jest.useRealTimers();
      }
    },
  );

  it('what classify says, at once or later; its error is the caller’s', async () => {
    const judge = await judging(source(), {
      classify: async ({ status }) => (status === 419 ? 'rejected' : 'accepted'),
    });
    expect(await judge(answer(419), true)).toMatchObject({
      replay: { Authorization: 'Bearer two' },
    });
    expect(await judge(answer(401), true)).toEqual({});
    const broken = new Error('broken');
    await expect(
      (await signed(source(), { classify: () => Promise.reject(broken) })).judge(answer(), true),
    ).rejects.toBe(broken);
  });
});

it('the reason of an abort comes as it is, also where it is an error of ours', async () => {
  const reason = new TokenError('ERR_CLOSED');
  const controller = new AbortController();
  const judge = await judging(
    source({ replaceRejected: () => new Promise(() => undefined) }),
    {},
    controller.signal,
  );
  const judged = caught(judge(answer(), true));
  controller.abort(reason);
  expect(await judged).toBe(reason);
});

it.each([
  [200, 200, 'accepted'],
  [399, 399, 'accepted'],
  [400, 400, 'rejected'],
  [400, 403, 'accepted'],
])(
  'of an answer that classify calls a refusal: %s, then %s, is %s',
  async (first, then, outcome) => {
    const report = jest.fn<NonNullable<TokenSource['report']>>();
    const judge = await judging(source({ report }), { classify: () => 'rejected' });
    const verdict = await judge(answer(first), true);
    verdict?.replayed?.(then);
    expect(report.mock.calls).toMatchObject([[{ type: 'replayed', status: then, outcome }]]);
  },
);

it.each<[unknown]>([[undefined], [null], [0]])(
  'what the source throws is handed on as it is, even if it is %s',
  async (reason) => {
    const judge = await judging(source({ replaceRejected: () => Promise.reject(reason) }));
    await expect(judge(answer(), true)).rejects.toBe(reason);
  },
);

it('an answer from the origin that was asked is repaired, one from another origin is not', async () => {
  const judge = await judging(source());
  expect(await judge(answer(401, `${URL_}?page=2`), true)).toMatchObject({
    replay: { Authorization: 'Bearer two' },
  });
  expect(await judge(answer(401, 'https://elsewhere.example/a'), true)).toEqual({});
});

it.each([
  ['insufficient_scope', false],
  ['use_dpop_nonce', false],
  ['insufficient_user_authentication', false],
  ['insufficient_claims', false],
  ['invalid_token', true],
  ['not_insufficient_scope', true],
  ['use_dpop_nonce_please', true],
])('a 401 whose challenge says %s: refused, %s', async (error, refused) => {
  const judge = await judging(source());
  const headers = new Headers({ 'www-authenticate': `Bearer error="${error}"` });
  expect(await judge({ ...answer(), headers }, true)).toEqual(
    refused ? expect.objectContaining({ replay: { Authorization: 'Bearer two' } }) : undefined,
  );
});
