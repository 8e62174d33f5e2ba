import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { type IncomingMessage, request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { text as textOf } from 'node:stream/consumers';
import { systemClock } from 'unexpired/adapter';
import { callerAddress } from '../src/program/caller-address.ts';
import { configurationSchema } from '../src/program/configuration.ts';
import { listen, type Listener } from '../src/program/listen.ts';
import { nodeLane } from '../src/program/node-lane.ts';
import { type Broker, startBroker } from './support/broker.ts';

const HEADERS = ['content-type', 'etag', 'cache-control', 'x-content-type-options', 'retry-after'];

/** What of an answer has to be the same on all ways. */
const told = async (answer: Response) => {
  const { request_id: _own, ...body } = (
    answer.status === 304 ? {} : await answer.json()
  ) as Record<string, unknown>;
  return {
    status: answer.status,
    body,
    headers: HEADERS.map((name) => [name, answer.headers.get(name)]),
    isDated: Math.abs(Date.parse(answer.headers.get('date') ?? '') - Date.now()) < 60_000,
  };
};

const CASES: readonly [string, string, Record<string, string>][] = [
  ['a token that is known', 'acme:42', {}],
  ['one that the caller has already', 'acme:42', { 'if-none-match': '*' }],
  ['one of which the caller has another', 'acme:42', { 'if-none-match': '"other.0"' }],
  ['no credentials', 'acme:42', { authorization: '' }],
  ['wrong credentials', 'acme:42', { authorization: 'Bearer unx_all_0' }],
  ['a session of somebody else', 'other:42', {}],
  ['a session that there is not', 'acme:43', {}],
  ['no session key', 'acme', {}],
  ['an escape', 'acme:4%32', {}],
  ['a slash', 'acme:42/x', {}],
  ['who wants to have the database asked', 'acme:42', { 'cache-control': 'no-cache' }],
];

/** Without a body, like a GET. */
const METHODS = ['HEAD', 'DELETE', 'OPTIONS', 'POST', 'PUT'];

let broker: Broker;

async function startWithOneKnown(): Promise<void> {
  // Time stands still, so that what is known stays known however busy the machine is.
  const clock = { ...systemClock, monotonic: () => 0 };
  broker = await startBroker({ requestsPerSecond: 1, clock });
  await broker.deposit('acme:42');
  const path = '/v1/sessions/acme:42/token';
  const authorization = `Bearer ${broker.key}`;
  const more = { cacheControl: undefined, ifNoneMatch: undefined, address: undefined };
  for (let tries = 0; tries < 50; tries++) {
    if (broker.service.lane({ path, authorization, ...more }) !== undefined) return;
    await broker.call('GET', path);
  }
  throw new Error('The token did not become known');
}

describe('the way before the framework', () => {
  beforeEach(startWithOneKnown);
  afterEach(() => broker.stop());

  it.each(CASES)('answers as the framework does: %s', async (_name, key, headers) => {
    const call = (query: string): Promise<Response> =>
      broker.call('GET', `/v1/sessions/${key}/token${query}`, { headers });
    const [quick, framework] = [await call(''), await call('?a=query')];
    expect(await told(quick)).toEqual(await told(framework));
    expect((await told(await call(''))).isDated).toBe(true);
  });

  it.each(METHODS)('leaves %s to the framework', async (method) => {
    const call = (query: string): Promise<Response> =>
      broker.call(method, `/v1/sessions/acme:42/token${query}`);
    const [plain, framework] = [await call(''), await call('?a=query')];
    expect(await plain.text()).not.toContain('access_token');
    expect(plain.status).toBe(framework.status);
    expect(plain.headers.get('allow')).toBe(framework.headers.get('allow'));
  });

  it('counts requests as the framework does, and lets no address in that is kept out', async () => {
    const statuses: number[] = [];
    for (let count = 0; count < 120; count++)
      statuses.push(
        (await broker.call('GET', `/v1/sessions/acme:42/token${count % 2 ? '' : '?a=query'}`))
          .status,
      );
    expect(statuses.slice(0, 90)).toEqual(statuses.slice(0, 90).map(() => 200));
    expect(statuses.slice(-2)).toEqual([429, 429]);
    const from = (authorization: string) =>
      broker.service.fetch(
        new Request('http://broker.test/v1/sessions/acme:42/token', { headers: { authorization } }),
        { address: '192.0.2.1' },
      );
    for (let count = 0; count < 20; count++) expect((await from('Bearer wrong')).status).toBe(401);
    expect((await from(`Bearer ${broker.reader}`)).status).toBe(429);
  });

  it('is closed with the service', async () => {
    const before = await broker.call('GET', '/v1/sessions/acme:42/token');
    expect(before.status).toBe(200);
    await broker.service.close();
    expect((await broker.call('GET', '/v1/sessions/acme:42/token')).status).toBe(503);
  });
});

describe('the way before the framework, on what Node has read', () => {
  let listener: Listener;
  /** Which requests it has answered. */
  let quick: boolean[];
  beforeEach(async () => {
    await startWithOneKnown();
    quick = [];
    const addressOf = callerAddress([]);
    const lane = nodeLane(broker.service.lane, addressOf);
    const { limits } = configurationSchema().parse({
      providers: { crm: { tokenEndpoint: 'https://id.example/token', clientId: 'a' } },
    });
    listener = await listen(
      (request, remote) => broker.service.fetch(request, { address: addressOf(remote, undefined) }),
      { host: '127.0.0.1', port: 0 },
      limits,
      (incoming, outgoing) => {
        const isAnswered = lane(incoming, outgoing) !== undefined;
        quick.push(isAnswered);
        return isAnswered;
      },
    );
  });
  afterEach(async () => {
    await listener.stop(0);
    await broker.stop();
  });

  /** Sends headers as they are, several of one name among them. */
  async function ask(
    path: string,
    headers: readonly string[],
    body = '',
    method = 'GET',
  ): Promise<Response> {
    const sent = httpRequest(listener.origin + path, { method, headers, agent: false });
    const answered = once(sent.end(body), 'response');
    const [answer] = (await answered) as [IncomingMessage];
    const text = await textOf(answer);
    return new Response(text === '' ? null : text, {
      status: answer.statusCode ?? 0,
      headers: answer.headers as Record<string, string>,
    });
  }
  const host = (): string[] => ['Host', new URL(listener.origin).host];
  const authorized = (): string[] => [...host(), 'Authorization', `Bearer ${broker.key}`];

  it.each(CASES)('answers as the framework does: %s', async (_name, key, headers) => {
    const all = { authorization: `Bearer ${broker.key}`, ...headers };
    const sent = [...host(), ...Object.entries(all).flat()];
    const ways = [await ask(`/v1/sessions/${key}/token`, sent)];
    ways.push(await ask(`/v1/sessions/${key}/token?a=query`, sent));
    const [first, second] = [await told(ways[0] as Response), await told(ways[1] as Response)];
    expect(first).toEqual(second);
    const isTheirs = first.status === 304 || (first.status === 200 && !headers['cache-control']);
    expect(quick).toEqual([isTheirs, false]);
  });

  it.each(METHODS)('leaves %s to the framework', async (method) => {
    await ask('/v1/sessions/acme:42/token', authorized(), '', method);
    expect(quick).toEqual([false]);
  });

  it('leaves to the framework what is said twice, has a body, or an unusual host', async () => {
    const path = '/v1/sessions/acme:42/token';
    const twice = ['Authorization', 'Bearer nobody'];
    expect((await ask(path, [...authorized(), ...twice])).status).toBe(401);
    const tags = ['If-None-Match', '"a.0"', 'If-None-Match', '*'];
    expect((await ask(path, [...authorized(), ...tags])).status).toBe(304);
    expect((await ask(path, [...authorized(), 'Content-Length', '1'], 'x')).status).toBe(200);
    const chunked = ['Transfer-Encoding', 'chunked'];
    expect((await ask(path, [...authorized(), ...chunked], 'x')).status).toBe(200);
    const elsewhere = ['Host', 'a b', ...authorized().slice(2)];
    expect((await ask(path, elsewhere)).status).toBe(400);
    expect(quick).toEqual([false, false, false, false, false]);
    expect((await ask(path, authorized())).status).toBe(200);
    expect(quick.at(-1)).toBe(true);
  });

  it('lets the framework see that there is no body, where no header says so', async () => {
    const socket = connect(listener.port, '127.0.0.1');
    const lines = [...authorized(), 'Content-Type', 'application/json', 'Connection', 'close'];
    const head = lines.map((text, index) => text + (index % 2 === 0 ? ': ' : '\r\n')).join('');
    socket.write(`POST /v1/sessions/acme:42/token HTTP/1.1\r\n${head}\r\n`);
    const answer = await textOf(socket);
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).toContain('"code":"body"');
    expect(quick).toEqual([false]);
  });

  it('is closed with the service', async () => {
    await broker.service.close();
    expect((await ask('/v1/sessions/acme:42/token', authorized())).status).toBe(503);
    expect(quick).toEqual([false]);
  });
});
