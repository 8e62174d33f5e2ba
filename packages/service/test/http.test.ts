import { request } from 'node:http';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Broker } from './support/broker.ts';
import { onDatabases } from './support/on-databases.ts';

let broker: Broker;

/** Everything of an answer but what differs from one to the next by design. */
const bytesOf = async (answer: Response): Promise<string> => {
  const headers = [...answer.headers].filter(([name]) => name !== 'date');
  const body = (await answer.text()).replace(/"request_id":"[^"]*"/, '');
  return JSON.stringify([answer.status, headers, body]);
};
const codeOf = async (answer: Response): Promise<[number, unknown]> => [
  answer.status,
  ((await answer.json()) as { code?: unknown }).code,
];

onDatabases((start) => {
  beforeEach(async () => {
    broker = await start();
  });
  afterEach(() => broker.stop());
  describe('the answers of the broker', () => {
    it('deny a session outside of the scope with the same bytes whether there is one or not, before anything is read', async () => {
      await broker.deposit('acme:42');
      for (const [method, body] of [
        ['DELETE', undefined],
        ['PUT', { not: 'a deposit' }],
      ] as const) {
        const known = await broker.call(method, '/v1/sessions/acme:42', {
          key: broker.reader,
          body,
        });
        const unknown = await broker.call(method, '/v1/sessions/acme:43', {
          key: broker.reader,
          body,
        });
        expect(known.status).toBe(403);
        expect(await bytesOf(known)).toBe(await bytesOf(unknown));
      }
      const rejected = { rejected: { session: 'a', generation: 0 } };
      const one = await broker.call('POST', '/v1/sessions/acme:42/token', {
        key: broker.reader,
        body: rejected,
      });
      const other = await broker.call('POST', '/v1/sessions/acme:43/token', {
        key: broker.reader,
        body: rejected,
      });
      expect(one.status).toBe(403);
      expect(await bytesOf(one)).toBe(await bytesOf(other));
    });

    it.each([
      ['GET', '/v1/sessions/acme:42/token'],
      ['POST', '/v1/sessions/acme:42/token'],
      ['PUT', '/v1/sessions/acme:42'],
      ['GET', '/v1/nowhere'],
    ])('ask for credentials first: %s %s', async (method, to) => {
      const answer = await broker.call(method, to, { key: 'unx_nobody' });
      expect(await codeOf(answer)).toEqual([401, 'unauthenticated']);
      expect(answer.headers.get('www-authenticate')).toBe('Bearer');
      expect(answer.headers.get('content-type')).toBe('application/problem+json');
      expect(answer.headers.get('cache-control')).toBe('no-store');
    });

    it.each([
      '/v1/sessions/acme%3A42/token',
      '/v1/sessions/acme:42%2ftoken',
      '/v1/sessions/acme:%34%32/token',
      '/v1/sessions/acme:42%00/token',
      '/v1/sessions/acme:42%/token',
      '/v1/sessions/acme:42%E0%A4/token',
      '/v1/sessions/other:1/..%2facme:42/token',
    ])('take no escape in an address: %s', async (to) => {
      await broker.deposit('acme:42');
      const origin = await broker.listen();
      const answer = await raw(origin, to, broker.key);
      expect(answer.status).toBe(400);
      expect(answer.body).toContain('without percent-encoding');
    });

    it('say 404 only within the scope, 405 with what is allowed, 415, 400, and 413 for what is too large', async () => {
      expect(await codeOf(await broker.call('GET', '/v1/sessions/acme:9/token'))).toEqual([
        404,
        'unknown',
      ]);
      expect(await codeOf(await broker.call('GET', '/v1/sessions/other:9/token'))).toEqual([
        403,
        'forbidden',
      ]);
      const patched = await broker.call('PATCH', '/v1/sessions/acme:9');
      expect(await codeOf(patched)).toEqual([405, 'method']);
      expect(patched.headers.get('allow')).toBe('PUT, GET, DELETE, HEAD');
      const text = await broker.call('PUT', '/v1/sessions/acme:9', {
        headers: { 'content-type': 'text/plain' },
        body: {},
      });
      expect(await codeOf(text)).toEqual([415, 'type']);
      expect(await codeOf(await broker.call('PUT', '/v1/sessions/acme:9', { body: {} }))).toEqual([
        400,
        'body',
      ]);
      const huge = { valid_for: 1, x: 'x'.repeat(70_000) };
      expect(
        await codeOf(await broker.call('POST', '/v1/sessions/acme:9/token', { body: huge })),
      ).toEqual([413, 'size']);
    });

    it('stop reading a body that has no length and does not end', async () => {
      let pulled = 0;
      const endless = new ReadableStream<Uint8Array>({
        pull(controller) {
          pulled++;
          controller.enqueue(new Uint8Array(16_384).fill(32));
        },
      });
      const init = {
        method: 'POST',
        duplex: 'half',
        headers: { authorization: `Bearer ${broker.key}`, 'content-type': 'application/json' },
        body: endless,
      };
      const answer = await broker.service.fetch(new Request('http://broker.test/v1/tokens', init));
      expect(await codeOf(answer)).toEqual([413, 'size']);
      expect(pulled).toBeLessThan(20);
    });

    it('quote nothing of a request', async () => {
      const canary = 'canary-4f9d';
      const bodies = [
        { [canary]: canary, provider: 1 },
        { provider: canary, token_response: { access_token: canary, refresh_token: canary } },
        { provider: 'crm', token_response: { access_token: `${canary}\n`, refresh_token: canary } },
        [canary],
      ];
      for (const body of bodies) {
        const answer = await broker.call('PUT', '/v1/sessions/acme:1', {
          body,
          headers: { 'x-request-id': canary },
        });
        expect(answer.status).toBeGreaterThanOrEqual(400);
        expect(await bytesOf(answer)).not.toContain(canary);
      }
      const broken = await broker.service.fetch(
        new Request('http://broker.test/v1/tokens', {
          method: 'POST',
          headers: { authorization: `Bearer ${broker.key}`, 'content-type': 'application/json' },
          body: `{"${canary}`,
        }),
      );
      expect(await bytesOf(broken)).not.toContain(canary);
    });

    it('and events hold no refresh token and no id token, whatever is asked', async () => {
      const seen: string[] = [];
      const call = async (...args: Parameters<Broker['call']>): Promise<Response> => {
        const answer = await broker.call(...args);
        seen.push(await bytesOf(answer.clone()));
        return answer;
      };
      seen.push(await bytesOf(await broker.deposit('acme:42')));
      const token = (await (await call('GET', '/v1/sessions/acme:42/token')).json()) as {
        session: string;
      };
      await call('POST', '/v1/sessions/acme:42/token', {
        body: { rejected: { session: token.session, generation: 0 } },
      });
      await call('GET', '/v1/sessions/acme:42');
      await call('POST', '/v1/tokens', { body: { keys: ['acme:42'] } });
      await call('PUT', '/v1/sessions/acme:42', {
        body: {
          provider: 'nobody',
          token_response: { access_token: 'a', refresh_token: broker.canaries[0] },
        },
      });
      await broker.deposit('acme:43', { expiresIn: 0.001 });
      await broker.stopProvider();
      await call('GET', '/v1/sessions/acme:43/token', { headers: { prefer: 'wait=0' } });
      await call('DELETE', '/v1/sessions/acme:43');
      const everything = `${seen.join('\n')}\n${JSON.stringify(broker.events)}`;
      expect(broker.canaries.length).toBeGreaterThan(2);
      for (const canary of [...broker.canaries, 'canary-id-token'])
        expect(everything).not.toContain(canary);
    });

    it('are ready while the database can be asked, and closed after close()', async () => {
      const ask = async (to: string): Promise<number> =>
        (await broker.service.fetch(new Request(`http://broker.test${to}`))).status;
      expect([await ask('/healthz'), await ask('/readyz')]).toEqual([200, 200]);
      await broker.service.close();
      expect([await ask('/healthz'), await ask('/readyz')]).toEqual([200, 503]);
      expect(await codeOf(await broker.call('GET', '/v1/sessions/acme:42/token'))).toEqual([
        503,
        'ERR_CLOSED',
      ]);
    });

    it('are described by OpenAPI 3.1 as in the committed copy', async () => {
      const answer = await broker.service.fetch(new Request('http://broker.test/openapi.json'));
      const file = path.join(import.meta.dirname, '..', 'openapi.json');
      expect(await answer.json()).toEqual(JSON.parse(readFileSync(file, 'utf8')));
    });
  });
});

/** Sends the address as it is written, which clients that parse URLs do not. */
function raw(origin: string, to: string, key: string): Promise<{ status: number; body: string }> {
  const { hostname, port } = new URL(origin);
  return new Promise((resolve, rejectWith) => {
    request({ hostname, port, path: to, headers: { authorization: `Bearer ${key}` } }, (answer) => {
      let body = '';
      answer.on('data', (part: Buffer) => (body += part.toString()));
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body }));
    })
      .on('error', rejectWith)
      .end();
  });
}
