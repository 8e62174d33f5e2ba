import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Broker } from './support/broker.ts';
import { onDatabases } from './support/on-databases.ts';

interface TokenBody {
  session: string;
  generation: number;
  access_token: string;
  expires_at: number;
}

let broker: Broker;

const TOKEN = '/v1/sessions/acme:42/token';
const tokenOf = async (answer: Response): Promise<TokenBody> => {
  expect(answer.status).toBe(200);
  return (await answer.json()) as TokenBody;
};
const reject = ({ session, generation }: TokenBody): Promise<Response> =>
  broker.call('POST', TOKEN, { body: { rejected: { session, generation } } });

onDatabases((start) => {
  beforeEach(async () => {
    broker = await start();
  });
  afterEach(() => broker.stop());
  describe('a session in the broker', () => {
    it('gives the token that was deposited, with an entity tag, to be stored by nobody, and only what the options show', async () => {
      const deposited = await broker.deposit('acme:42');
      expect(deposited.status).toBe(201);
      const answer = await broker.call('GET', TOKEN, { key: broker.reader });
      const { session, generation, ...rest } = await tokenOf(answer);
      expect(rest).toEqual({
        access_token: 'access-acme:42-0',
        token_type: 'Bearer',
        expires_at: expect.any(Number),
        extra: { instance_url: 'https://eu.example.com' },
      });
      expect(answer.headers.get('etag')).toBe(`"${session}.${generation}"`);
      expect(deposited.headers.get('etag')).toBe(answer.headers.get('etag'));
      expect(answer.headers.get('cache-control')).toBe('no-store');
      const again = await broker.call('GET', TOKEN, {
        headers: { 'if-none-match': answer.headers.get('etag') as string },
      });
      expect([again.status, await again.text()]).toEqual([304, '']);
      expect(broker.provider.redemptions).toBe(0);
    });

    it('is refreshed once for 50 clients of two replicas that were refused at once, each of whom gets the new token', async () => {
      await broker.deposit('acme:42');
      const before = await tokenOf(await broker.call('GET', TOKEN));
      const other = broker.replica();
      const answers = await Promise.all(
        Array.from({ length: 50 }, (_, index) =>
          index % 2 === 0
            ? reject(before)
            : other.fetch(
                new Request(`http://broker.test${TOKEN}`, {
                  method: 'POST',
                  headers: {
                    authorization: `Bearer ${broker.key}`,
                    'content-type': 'application/json',
                  },
                  body: JSON.stringify({
                    rejected: { session: before.session, generation: before.generation },
                  }),
                }),
              ),
        ),
      );
      const tokens = await Promise.all(answers.map(tokenOf));
      expect(new Set(tokens.map((token) => token.access_token)).size).toBe(1);
      expect(tokens[0]).toMatchObject({
        session: before.session,
        generation: before.generation + 1,
      });
      expect(await broker.provider.isLiveAccess(tokens[0]?.access_token ?? '')).toBe(true);
      expect(broker.provider).toMatchObject({ redemptions: 1, refusals: 0, revocations: 0 });
    });

    it('answers the same rejection again without a refresh, and has nothing better for another session', async () => {
      await broker.deposit('acme:42');
      const before = await tokenOf(await broker.call('GET', TOKEN));
      const first = await tokenOf(await reject(before));
      const second = await tokenOf(await reject(before));
      expect(second).toEqual(first);
      const foreign = await reject({ ...before, session: 'another' });
      const future = await reject({ ...first, generation: first.generation + 1 });
      expect([foreign.status, future.status]).toEqual([204, 204]);
      expect(broker.provider.redemptions).toBe(1);
    });

    it('is refreshed when its token is due, and for who wants it good for longer', async () => {
      await broker.deposit('acme:42', { expiresIn: 0.001 });
      const renewed = await tokenOf(await broker.call('GET', TOKEN));
      expect(renewed.generation).toBe(1);
      expect(broker.provider.redemptions).toBe(1);
      const longer = await broker.call('POST', TOKEN, { body: { valid_for: 86_400 } });
      expect((await tokenOf(longer)).generation).toBe(1); // at most half of its lifetime counts
      expect(broker.provider.redemptions).toBe(1);
    });

    it('keeps to the preconditions of a deposit', async () => {
      const none = { headers: { 'if-none-match': '*' } };
      const first = await broker.deposit('acme:42', none);
      expect(first.status).toBe(201);
      expect((await broker.deposit('acme:42', none)).status).toBe(412);
      const tag = first.headers.get('etag') as string;
      expect(
        (await broker.deposit('acme:42', { headers: { 'if-match': '"other.0"' } })).status,
      ).toBe(412);
      const second = await broker.deposit('acme:42', { headers: { 'if-match': tag } });
      expect(second.status).toBe(200);
      expect(second.headers.get('etag')).not.toBe(tag);
      expect((await broker.deposit('acme:42', { headers: { 'if-match': tag } })).status).toBe(412);
    });

    it('lets one of many deposits for nobody win', async () => {
      const none = { headers: { 'if-none-match': '*' } };
      const answers = await Promise.all(
        Array.from({ length: 8 }, () => broker.deposit('acme:42', none)),
      );
      const statuses = answers.map(({ status }) => status).toSorted((one, other) => one - other);
      expect(statuses).toEqual([201, ...Array.from({ length: 7 }, () => 412)]);
    });

    it('is signed out and revoked, for every replica, and says so', async () => {
      await broker.deposit('acme:42');
      const refresh = broker.canaries[0] as string;
      const other = broker.replica();
      expect((await broker.call('DELETE', '/v1/sessions/acme:42')).status).toBe(204);
      const answer = await other.fetch(
        new Request(`http://broker.test${TOKEN}`, {
          headers: { authorization: `Bearer ${broker.key}` },
        }),
      );
      expect(answer.status).toBe(409);
      expect(await answer.json()).toMatchObject({ code: 'ERR_SIGNED_OUT', action: 'signIn' });
      const state = await broker.call('GET', '/v1/sessions/acme:42');
      expect(await state.json()).toMatchObject({ state: 'signed_out' });
      expect((await broker.call('DELETE', '/v1/sessions/acme:42')).status).toBe(204);
      await broker.service.close();
      expect(await broker.provider.isLive(refresh)).toBe(false);
    });

    it('of an earlier sign-in is served by no manager that still knows it', async () => {
      await broker.deposit('acme:42', { expiresIn: 0.001 });
      const old = await tokenOf(await broker.call('GET', TOKEN)); // a manager keeps it for an hour
      await broker.deposit('acme:42', { expiresIn: 0.001 });
      const token = await tokenOf(await broker.call('GET', TOKEN));
      expect(token.session).not.toBe(old.session);
      expect(token.access_token).not.toBe(old.access_token);
      expect(broker.provider.redemptions).toBe(2);
      await broker.deposit('acme:42');
      const third = await tokenOf(await broker.call('GET', TOKEN));
      expect(await tokenOf(await reject(third))).toMatchObject({
        session: third.session,
        generation: third.generation + 1,
      });
      expect(broker.provider).toMatchObject({ redemptions: 3, refusals: 0 });
    });

    it('that the provider has ended is 409, and stays where it is', async () => {
      await broker.deposit('acme:42', { expiresIn: 0.001 });
      const revoked = await fetch(broker.provider.revocationEndpoint, {
        method: 'POST',
        body: new URLSearchParams({ token: broker.canaries[0] as string, client_id: 'cli' }),
      });
      expect(revoked.status).toBe(200);
      for (let asked = 0; asked < 3; asked++) {
        const answer = await broker.call('GET', TOKEN);
        const { code } = (await answer.json()) as { code: string };
        expect([answer.status, code]).toEqual([409, 'ERR_SESSION_ENDED']);
      }
      expect(broker.provider.refusals).toBe(1); // asked once, never again
      expect(await (await broker.call('GET', '/v1/sessions/acme:42')).json()).toMatchObject({
        state: 'ended',
      });
    });

    it('is read with others in one request, each with a token or a problem of its own', async () => {
      await broker.deposit('acme:42');
      const answer = await broker.call('POST', '/v1/tokens', {
        body: { keys: ['acme:42', 'acme:none', 'other:1', 'no key'] },
      });
      const { results } = (await answer.json()) as {
        results: { token?: TokenBody; problem?: { code: string } }[];
      };
      expect(results.map((one) => one.token?.access_token ?? one.problem?.code)).toEqual([
        'access-acme:42-0',
        'unknown',
        'forbidden',
        'body',
      ]);
    });
  });
});
