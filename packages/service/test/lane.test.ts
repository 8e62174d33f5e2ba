import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Broker, startBroker } from './support/broker.ts';

const HEADERS = ['content-type', 'etag', 'cache-control', 'x-content-type-options', 'retry-after'];

describe('the way before the framework', () => {
  let broker: Broker;
  /** What of an answer has to be the same on both ways. */
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
  beforeEach(async () => {
    broker = await startBroker({ requestsPerSecond: 1 });
    await broker.deposit('acme:42');
    const before = (): Promise<Response> => broker.call('GET', '/v1/sessions/acme:42/token');
    await before();
    await before();
  });
  afterEach(() => broker.stop());

  const cases: readonly [string, string, Record<string, string>][] = [
    ['a token that is known', 'acme:42', {}],
    ['one that the caller has already', 'acme:42', { 'if-none-match': '*' }],
    ['no credentials', 'acme:42', { authorization: '' }],
    ['wrong credentials', 'acme:42', { authorization: 'Bearer unx_all_0' }],
    ['a session of somebody else', 'other:42', {}],
    ['a session that there is not', 'acme:43', {}],
    ['no session key', 'acme', {}],
    ['an escape', 'acme:4%32', {}],
    ['a slash', 'acme:42/x', {}],
    ['who wants to have the database asked', 'acme:42', { 'cache-control': 'no-cache' }],
  ];

  it.each(cases)('answers as the framework does: %s', async (_name, key, headers) => {
    const call = (query: string): Promise<Response> =>
      broker.call('GET', `/v1/sessions/${key}/token${query}`, { headers });
    const [quick, framework] = [await call(''), await call('?a=query')];
    expect(await told(quick)).toEqual(await told(framework));
    expect((await told(await call(''))).isDated).toBe(true);
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
