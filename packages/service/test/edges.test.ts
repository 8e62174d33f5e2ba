import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { systemClock } from 'unexpired/adapter';
import { createApiKey, createService, sqlite } from '../src/index.ts';
import { type Broker, type BrokerOptions, startBroker } from './support/broker.ts';

let broker: Broker;
const start = async (options?: BrokerOptions): Promise<Broker> =>
  (broker = await startBroker(options));
const folders: string[] = [];
const newFile = (): string => {
  const folder = mkdtempSync(path.join(tmpdir(), 'unexpired-edges-'));
  folders.push(folder);
  return path.join(folder, 'sessions.db');
};
afterEach(async () => {
  await broker.stop();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

const TOKEN = '/v1/sessions/acme:42/token';
const problemOf = async (answer: Response): Promise<[number, unknown, unknown]> => {
  const { code, errors } = (await answer.json()) as { code?: unknown; errors?: unknown };
  return [answer.status, code, errors];
};

describe('a deposit', () => {
  const put = (body: object): Promise<Response> =>
    broker.call('PUT', '/v1/sessions/acme:42', { body });

  it.each(['undefined', 'null'])(
    'takes no token that is the text %s, which is sent by mistake',
    async (text) => {
      await start();
      const good = { access_token: 'a', refresh_token: 'r' };
      for (const bad of [{ access_token: text }, { refresh_token: text }])
        expect(
          await problemOf(await put({ provider: 'crm', token_response: { ...good, ...bad } })),
        ).toEqual([400, 'body', expect.any(Array)]);
      expect(broker.events.filter(({ type }) => type === 'requestFailed')).toEqual([]);
    },
  );

  it('of tokens that have expired long ago is taken: the refresh token may be good', async () => {
    await start();
    const tokens = { access_token: 'a', refresh_token: 'r', expires_in: 10 };
    const answer = await put({ provider: 'crm', token_response: tokens, issued_at: 1000 });
    expect(answer.status).toBe(201);
  });

  it('with lifetimes and moments beyond all measure is stored and read', async () => {
    await start();
    const tokens = { access_token: 'a', refresh_token: 'r', expires_in: 1e300 };
    for (const issued of [undefined, 1e300, 2e9]) {
      const body = { provider: 'crm', token_response: tokens, issued_at: issued };
      expect((await put(body)).status).toBeLessThan(300);
      expect((await broker.call('GET', TOKEN)).status).toBe(200);
      expect((await broker.call('GET', '/v1/sessions?prefix=acme:')).status).toBe(200);
    }
  });

  it('for a provider that there is not is the mistake of the caller, and not of a provider', async () => {
    await start();
    const tokens = { access_token: 'a', refresh_token: 'r' };
    expect(await problemOf(await put({ provider: 'nobody', token_response: tokens }))).toEqual([
      400,
      'body',
      [{ pointer: '/provider', reason: 'not one of the configuration' }],
    ]);
  });

  it('with If-Match: * is taken over any session, with a list over one of them, and with a weak tag over none', async () => {
    await start();
    const match = (tag: string) => broker.deposit('acme:42', { headers: { 'if-match': tag } });
    expect((await match('*')).status).toBe(412);
    await broker.deposit('acme:42');
    const second = await match('*');
    expect(second.status).toBe(200);
    const tag = second.headers.get('etag') as string;
    expect((await match(`W/${tag}`)).status).toBe(412);
    expect((await match(`"other.0", ${tag}`)).status).toBe(200);
  });
});

describe('a batch', () => {
  it('tells of an error that nobody foresaw, as one read does', async () => {
    const database = sqlite(newFile());
    await start({
      open: () => ({
        ...database,
        store: (key) => ({
          ...database.store(key),
          ...(key === 'acme:broken' && { read: () => Promise.reject(new RangeError('boom')) }),
        }),
      }),
    });
    const answer = await broker.call('POST', '/v1/tokens', { body: { keys: ['acme:broken'] } });
    expect(await answer.json()).toMatchObject({ results: [{ problem: { code: 'internal' } }] });
    expect(broker.events).toMatchObject([
      { type: 'requestFailed', error: expect.stringMatching(/^RangeError/) },
    ]);
  });
});

describe('a session whose provider is no longer among the options', () => {
  it('has its token while that is valid, and is 502 after that', async () => {
    const file = newFile();
    await start({ open: () => sqlite(file) });
    await broker.deposit('acme:42', { expiresIn: 3600 });
    let passed = 3_590_000;
    const { key, entry } = createApiKey({ id: 'one', scopes: ['read:acme:'] });
    const service = createService({
      providers: { other: { tokenEndpoint: 'https://id.example.com/token', clientId: 'broker' } },
      database: sqlite(file),
      keys: { encryption: new Uint8Array(32).fill(7), api: [entry] },
      clock: { ...systemClock, now: () => systemClock.now() + passed },
    });
    expect((await broker.call('GET', TOKEN, { key, service })).status).toBe(200);
    const batch = { key, service, body: { keys: ['acme:42'] } };
    expect(await (await broker.call('POST', '/v1/tokens', batch)).json()).toMatchObject({
      results: [{ token: { access_token: 'access-acme:42-0' } }],
    });
    passed += 20_000;
    expect(await problemOf(await broker.call('GET', TOKEN, { key, service }))).toEqual([
      502,
      'ERR_REFRESH_CONFIGURATION',
      undefined,
    ]);
    await service.close();
  });
});

describe('a sign-out while another replica refreshes', () => {
  it('revokes the tokens of that refresh, too, which come after it', async () => {
    const revoked: unknown[] = [];
    let fresh: string | undefined;
    let answered = (): void => undefined;
    let release = (): void => undefined;
    const isAnswered = new Promise<void>((resolve) => (answered = resolve));
    const released = new Promise<void>((resolve) => (release = resolve));
    await start({
      provider: {
        async fetch(url, init) {
          const answer = await fetch(url, init);
          if (String(url) === broker.provider.revocationEndpoint) {
            revoked.push(new URLSearchParams(String(init?.body)).get('token'));
            return answer;
          }
          fresh = ((await answer.clone().json()) as { refresh_token?: string }).refresh_token;
          answered();
          await released;
          return answer;
        },
      },
    });
    await broker.deposit('acme:42', { expiresIn: 0.001 });
    const waiting = broker.call('GET', TOKEN);
    await isAnswered;
    const other = broker.replica();
    expect((await broker.call('DELETE', '/v1/sessions/acme:42', { service: other })).status).toBe(
      204,
    );
    release();
    expect((await waiting).status).toBe(409);
    await broker.service.close();
    await other.close();
    expect(fresh).toEqual(expect.any(String));
    expect(revoked).toContain(fresh);
  });
});
