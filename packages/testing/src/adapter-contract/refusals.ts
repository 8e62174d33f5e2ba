import { createTokenManager, tokenErrorOf } from 'unexpired';
import { equal, rejection } from './check.ts';
import { startSession, unavailable } from './session.ts';
import type { ContractContext } from './types.ts';

/** Challenges that another token of the same kind could not meet. */
const STEP_UPS = {
  'a step-up (RFC 9470)': 'Bearer error="insufficient_user_authentication", acr_values="mfa"',
  'a claims challenge':
    'Bearer realm="", authorization_uri="https://id.example.com", error="insufficient_claims", claims="eyJhIjoxfQ=="',
};

/** What a refusal means, and what the caller hears of it. */
export function refusals({ adapter, api, it }: ContractContext): void {
  for (const [name, challenge] of Object.entries(STEP_UPS)) {
    it(`gives ${name} to the caller, refreshes nothing, and nobody else notices`, async () => {
      const session = startSession(api(), { start: 'good', refresh: unavailable });
      const send = adapter.create(session.tokens, { origins: [api().origin] });
      const url = `${api().origin}/challenge?always&value=${encodeURIComponent(challenge)}`;
      equal((await send({ url })).status, 401, 'status');
      equal((await send({ url: `${api().origin}/echo` })).status, 200, 'the next one');
      equal([session.refreshes, api().requests.length], [0, 2], 'refreshes and requests');
    });
  }

  it('takes invalid_token in a challenge of its own scheme for a refusal, whatever the others say', async () => {
    const session = startSession(api());
    const send = adapter.create(session.tokens, { origins: [api().origin] });
    const challenge =
      'Bearer error="insufficient_scope", Bearer error="invalid_token", DPoP error="use_dpop_nonce"';
    const url = `${api().origin}/challenge?value=${encodeURIComponent(challenge)}`;
    equal((await send({ url })).status, 200, 'status');
    equal([session.refreshes, api().requests.length], [1, 2], 'refreshes and requests');
  });

  it('gives classify the body of an answer only if it is JSON, and of up to 1 MiB', async () => {
    const session = startSession(api(), { start: 'good' });
    const seen: unknown[] = [];
    const send = adapter.create(session.tokens, {
      origins: [api().origin],
      async classify(response) {
        const body = (await response.json()) as { errors: string[] } | undefined;
        seen.push(body?.errors[0]?.length);
        return undefined;
      },
    });
    const ask = async (type: string, size: number): Promise<number> => {
      const query = `type=${encodeURIComponent(type)}&size=${size}`;
      return (await send({ url: `${api().origin}/typed?${query}` })).text.length;
    };
    const lengths = [
      await ask('application/problem+json', 1000),
      await ask('text/plain', 1000),
      await ask('application/json', 2 ** 21),
    ];
    equal(seen, [1000, undefined, undefined], 'seen');
    equal(lengths, [1015, 1015, 2 ** 21 + 15], 'the caller has all of it');
  });

  it('asks classify about this request, and repairs nothing that it accepts', async () => {
    const session = startSession(api());
    const asked: unknown[] = [];
    const send = adapter.create(session.tokens, {
      origins: [api().origin],
      classify: (response, request) => (
        asked.push([response.status, request]), request.method === 'POST' ? 'accepted' : undefined
      ),
    });
    const url = `${api().origin}/echo?a=1`;
    equal((await send({ url, method: 'POST', body: 'x' })).status, 401, 'status');
    equal([session.refreshes, api().requests.length], [0, 1], 'refreshes and requests');
    equal(asked, [[401, { method: 'POST', url }]], 'asked');
    equal((await send({ url })).status, 200, 'the next one');
  });

  it('asks a token function once for a refused token, however many were refused', async () => {
    api().reset('good');
    let current = 'old';
    let calls = 0;
    const send = adapter.create(
      async ({ rejected }) => {
        if (rejected === undefined) return current;
        calls++;
        await Promise.resolve();
        return (current = 'good');
      },
      { origins: [api().origin] },
    );
    const url = `${api().origin}/echo`;
    const answers = await Promise.all(Array.from({ length: 10 }, () => send({ url })));
    equal(new Set(answers.map(({ status }) => status)).size, 1, 'kinds of answers');
    equal([answers[0]?.status, calls], [200, 1], 'status and calls');
  });

  it('is told that a method was given in place of its manager', async () => {
    const session = startSession(api());
    const error = await rejection(
      (async () =>
        adapter.create(session.tokens.getToken, { origins: [api().origin] })({
          url: `${api().origin}/echo`,
        }))(),
    );
    // Clients may have an error of their own around it.
    equal(/pass the manager itself/.test(String((error as Error).message)), true, String(error));
    equal(api().requests.length, 0, 'requests');
  });

  it('sends unsigned while it cannot be found out whether anybody is signed in, and explains what is then refused', async () => {
    api().reset('good-0');
    const tokens = createTokenManager({
      acquire: () => Promise.reject(Object.assign(new Error('down'), { status: 500 })),
    });
    const send = adapter.create(tokens, { origins: [api().origin] });
    const answer = await send({ url: `${api().origin}/public` });
    equal([answer.status, tokenErrorOf(answer.explained)], [200, undefined], 'public');
    const refused = await send({ url: `${api().origin}/echo` });
    equal(
      [refused.status, tokenErrorOf(refused.explained)?.code],
      [401, 'ERR_REFRESH_UNAVAILABLE'],
      'refused',
    );
    const strict = adapter.create(tokens, { origins: [api().origin], whenSignedOut: 'reject' });
    const error = await rejection(strict({ url: `${api().origin}/public` }));
    equal(tokenErrorOf(error)?.code, 'ERR_REFRESH_UNAVAILABLE', 'to be rejected');
  });

  for (const start of ['expired', 'refused'] as const) {
    it(`says in an error which request it was, when the token is ${start}, and none of its secrets`, async () => {
      const session = startSession(api(), { start, refresh: unavailable });
      const send = adapter.create(session.tokens, { origins: [api().origin] });
      const url = `${api().origin}/echo?secret=1`;
      const errors = await Promise.all([
        rejection(send({ url, method: 'POST', body: 'x' })),
        rejection(send({ url })),
      ]);
      const found = errors.map((error) => tokenErrorOf(error));
      equal(
        found.map((error) => /\b(POST|GET) http:\/\/[\d.:]+/.exec(error?.message ?? '')?.[0]),
        [`POST ${api().origin}`, `GET ${api().origin}`],
        'messages',
      );
      equal(
        found.some((error) => /secret|echo/.test(error?.message ?? '')),
        false,
        'secrets',
      );
      equal(
        found.map((error) => tokenErrorOf(error?.cause)?.code),
        ['ERR_REFRESH_UNAVAILABLE', 'ERR_REFRESH_UNAVAILABLE'],
        'causes',
      );
    });
  }
}
