import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createAuthFetch } from '@unexpired/fetch';
import { http, HttpResponse } from 'msw';
import { setupServer } from 'msw/node';
import { createTokenManager, tokenErrorOf, type TokenManager } from 'unexpired';

// Where the network has to misbehave in a certain way.
const server = setupServer();
beforeAll(() => server.listen({ onUnhandledRequest: 'error' }));
afterEach(() => server.resetHandlers());
afterAll(() => server.close());

const API = 'https://api.example.com';
const OPTIONS = { origins: [API] };
const session = (refresh: () => Promise<{ accessToken: string }>): TokenManager =>
  createTokenManager({
    tokens: {
      accessToken: 'old',
      refreshToken: 'r',
      expiresAt: Date.now() + 3_600_000,
    },
    refresh,
  });

describe('an API that misbehaves', () => {
  it('answers the replay with an error of the network: the caller gets that', async () => {
    let calls = 0;
    server.use(
      http.get(`${API}/a`, () =>
        calls++ ? HttpResponse.error() : new HttpResponse(null, { status: 401 }),
      ),
    );
    const sending = createAuthFetch(
      session(async () => ({ accessToken: 'new' })),
      OPTIONS,
    )(`${API}/a`);
    await expect(sending).rejects.toMatchObject({ name: 'TypeError' });
    expect(calls).toBe(2);
  });

  it('says 401 with a challenge that is garbage: it counts as a refusal', async () => {
    const seen: unknown[] = [];
    server.use(
      http.get(`${API}/a`, ({ request }) => {
        seen.push(request.headers.get('authorization'));
        return new HttpResponse(null, {
          status: seen.length === 1 ? 401 : 200,
          headers: { 'www-authenticate': ',;="Bearer' },
        });
      }),
    );
    expect(
      (
        await createAuthFetch(
          session(async () => ({ accessToken: 'new' })),
          OPTIONS,
        )(`${API}/a`)
      ).status,
    ).toBe(200);
    expect(seen).toEqual(['Bearer old', 'Bearer new']);
  });

  it('says 401 without any header, as CORS hides it: it counts as a refusal', async () => {
    let calls = 0;
    server.use(http.get(`${API}/a`, () => new HttpResponse(null, { status: calls++ ? 200 : 401 })));
    expect(
      (
        await createAuthFetch(
          session(async () => ({ accessToken: 'new' })),
          OPTIONS,
        )(`${API}/a`)
      ).status,
    ).toBe(200);
  });

  it.each([403, 419, 500, 503])('says %i: nothing is refreshed', async (status) => {
    let refreshes = 0;
    server.use(http.get(`${API}/a`, () => new HttpResponse(null, { status })));
    const tokens = session(async () => ({ accessToken: `new-${refreshes++}` }));
    expect((await createAuthFetch(tokens, OPTIONS)(`${API}/a`)).status).toBe(status);
    expect(refreshes).toBe(0);
  });
});

describe('a token endpoint that misbehaves', () => {
  it.each<[string, () => HttpResponse<string>]>([
    [
      'an HTML page',
      () => new HttpResponse('<html>', { headers: { 'content-type': 'text/html' } }),
    ],
    ['a 500', () => new HttpResponse('{}', { status: 500 })],
    ['a broken connection', () => HttpResponse.error() as HttpResponse<string>],
    ['JSON without a token', () => new HttpResponse('{"ok":true}')],
  ])(
    'answers with %s: an error, never a bare 401 and never Bearer undefined',
    async (_name, answer) => {
      const seen: unknown[] = [];
      server.use(
        http.get(`${API}/a`, ({ request }) => {
          seen.push(request.headers.get('authorization'));
          return new HttpResponse(null, { status: 401 });
        }),
        http.post('https://id.example.com/token', answer),
      );
      const tokens = session(async () => {
        const response = await fetch('https://id.example.com/token', { method: 'POST' });
        if (!response.ok)
          throw Object.assign(new Error('refresh failed'), { status: response.status });
        return (await response.json()) as { accessToken: string };
      });
      const error: unknown = await createAuthFetch(
        tokens,
        OPTIONS,
      )(`${API}/a`).catch((found: unknown) => found);
      expect(['ERR_REFRESH_UNAVAILABLE', 'ERR_REFRESH_ANSWER']).toContain(
        tokenErrorOf(error)?.code,
      );
      expect(seen).toEqual(['Bearer old']);
    },
  );
});
