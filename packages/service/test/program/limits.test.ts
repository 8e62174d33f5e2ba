import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { createApiKey } from '../../src/index.ts';
import { prepareProgram, type Program, type Started } from '../support/program.ts';

jest.setTimeout(60_000); // it starts a process, which takes its time on a busy machine

let program: Program;
let running: Started;
beforeAll(async () => {
  program = await prepareProgram();
  // The limits of time are short, so that nobody waits for them here.
  program.configure({ limits: { notice: 0, headersWithin: 300, requestWithin: 600 } });
  running = await program.start();
  await running.deposit('acme:42');
});
afterAll(() => program.stop());

/** Sends text as it is, and nothing after it. Resolves with all that comes back when the other side has closed. */
async function raw(text: string, origin = running.origin): Promise<string> {
  const { hostname, port } = new URL(origin);
  const socket = connect(Number(port), hostname);
  let received = '';
  socket.on('data', (part: Buffer) => (received += part.toString()));
  socket.on('error', () => undefined); // it may be cut while something is sent
  await once(socket, 'connect');
  socket.write(text);
  await once(socket, 'close');
  return received;
}
const statusIn = (answer: string): string =>
  answer.split('\r\n')[0]?.slice('HTTP/1.1 '.length) ?? '';

describe('a slow or large request', () => {
  it.each([
    ['the API', () => running.origin],
    ["the operator's listener", () => running.operator],
  ])(
    'whose headers do not end is cut, at %s, and others are answered meanwhile',
    async (_name, origin) => {
      const slow = Promise.all(
        Array.from({ length: 20 }, () =>
          raw('GET /healthz HTTP/1.1\r\nHost: a\r\nX-Slow: 1\r\n', origin()),
        ),
      );
      expect((await running.call('GET', '/v1/sessions/acme:42/token')).status).toBe(200);
      expect(new Set((await slow).map(statusIn))).toEqual(new Set(['408 Request Timeout']));
    },
  );

  it('whose body does not end is cut', async () => {
    const answer = await raw(
      `POST /v1/tokens HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${running.key}\r\nContent-Type: application/json\r\nContent-Length: 20\r\n\r\n{"keys":`,
    );
    expect(statusIn(answer)).toMatch(/^(?:408 Request Timeout|)$/);
    expect(answer).not.toContain('200 OK');
  });

  it('with more headers than 16 KiB is 431', async () => {
    const answer = await raw(
      `GET /healthz HTTP/1.1\r\nHost: a\r\nX-Large: ${'x'.repeat(17_000)}\r\n\r\n`,
    );
    expect(statusIn(answer)).toBe('431 Request Header Fields Too Large');
  });

  it('that announces a large body is 413, before that has come', async () => {
    const answer = await raw(
      `POST /v1/tokens HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${running.key}\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: 1000000000\r\n\r\n{`,
    );
    expect(statusIn(answer)).toBe('413 Payload Too Large');
  });
});

describe('an address with an escape, or that leads elsewhere', () => {
  it.each([
    '/v1/sessions/acme%3A42/token',
    '/v1/sessions/acme:42%2ftoken',
    '/v1/sessions/other:1/..%2facme:42/token',
    '/v1/sessions/acme:42%00/token',
  ])('is 400: %s', async (to) => {
    const answer = await raw(
      `GET ${to} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${running.key}\r\nConnection: close\r\n\r\n`,
    );
    expect(statusIn(answer)).toBe('400 Bad Request');
    expect(answer).not.toContain('access-acme');
  });

  it.each(['//metrics', '/metrics%00', '/x/..%2fmetrics', '/metrics/'])(
    "leads to nothing on the operator's listener: %s",
    async (to) => {
      const answer = await raw(
        `GET ${to} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`,
        running.operator,
      );
      expect(statusIn(answer)).toMatch(/^4/);
      expect(answer).not.toContain('unexpired_');
    },
  );
});

describe('whoever guesses keys', () => {
  it('hears the same for an id that there is, one that there is not, and what is no key at all', async () => {
    const guesses = [
      createApiKey({ id: 'admin', scopes: ['read:*'] }).key, // the id of the first key
      createApiKey({ id: 'nobody', scopes: ['read:*'] }).key,
      running.key.slice(0, -1),
      'guess',
      '',
    ];
    const answers = await Promise.all(
      guesses.map(async (guess) => {
        const answer = await running.call('GET', '/v1/sessions/acme:42/token', undefined, {
          authorization: `Bearer ${guess}`,
        });
        const headers = [...answer.headers].filter(([name]) => name !== 'date');
        const body = (await answer.text()).replace(/"request_id":"[^"]*"/, '');
        return JSON.stringify([answer.status, headers, body]);
      }),
    );
    expect(new Set(answers).size).toBe(1);
    expect(answers[0]).toContain('unauthenticated');
  });
});
