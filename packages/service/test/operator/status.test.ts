import { describe, expect, it } from '@jest/globals';
import { TokenError } from 'unexpired';
import { createApiKey, type ServiceEvent } from '../../src/index.ts';
import { knownKey } from '../../src/api-keys.ts';
import { createActivity, quantile } from '../../src/operator/activity.ts';
import { createOperatorApp } from '../../src/operator/app.ts';
import { sessionHash } from '../../src/operator/session-hash.ts';
import { statusOf, type StatusParts } from '../../src/operator/status.ts';
import { FLEET, metricsOfEverything } from '../support/everything.ts';

const hash = sessionHash(new Uint8Array(32).fill(1));
const figures = { duration: 20, intentWait: 0, unanswered: 0, attempts: 1, waiting: 0 };
const ended = (
  name: string,
  at: number,
  result: Pick<ServiceEvent & { type: 'refreshEnded' }, 'outcome'> | TokenError,
): ServiceEvent =>
  ({
    ...{ ...figures, type: 'refreshEnded', name, at, flight: name, reason: 'due', provider: 'crm' },
    ...(result instanceof TokenError
      ? { outcome: 'failed', error: result, retryAt: at + 1000, lockWait: 30 }
      : { ...result, lockWait: 10 }),
  }) as ServiceEvent;
const unavailable = new TokenError('ERR_REFRESH_UNAVAILABLE', { message: 'canary' });

function partsOf(events: readonly ServiceEvent[]): StatusParts {
  const { flights } = metricsOfEverything();
  const activity = createActivity(hash);
  for (const event of events) activity.heard(event);
  return {
    ...{ version: '1.2.3', startedAt: () => 0, now: () => 60_000, providers: ['crm', 'mail'] },
    ...{ flights, activity, hash, waiting: () => 2, ready: async () => true },
    fleet: async () => FLEET,
  };
}

describe('the status', () => {
  it('tells of each provider what its refreshes came to, and of failures the last, with hashes for keys', async () => {
    const status = await statusOf(
      partsOf([
        ended('acme:1', 1000, { outcome: 'refreshed' }),
        ended('acme:2', 2000, unavailable),
        ended('acme:3', 3000, { outcome: 'superseded' }),
      ]),
    );
    const failure = {
      ...{ at: 2000, session: hash('acme:2'), provider: 'crm', code: 'ERR_REFRESH_UNAVAILABLE' },
      retryAt: 3000,
    };
    expect(status).toMatchObject({
      ...{ ready: true, waiting: 2, notDurable: 1, failures: [failure] },
      lockWait: { median: 10, most: 30, of: 3 },
      underWay: [{ session: hash('acme:43'), provider: 'crm', reason: 'due', since: 0 }],
    });
    expect(status.providers).toEqual([
      {
        ...{
          name: 'crm',
          underWay: 1,
          refreshed: 1,
          failed: 1,
          ended: 0,
          fleet: FLEET.providers[0],
        },
        ...{ lastSuccess: 1000, lastFailure: failure },
      },
      {
        ...{ name: 'mail', underWay: 0, refreshed: 0, failed: 0, ended: 0, fleet: undefined },
        ...{ lastSuccess: undefined, lastFailure: undefined },
      },
    ]);
    expect(JSON.stringify(status)).not.toMatch(/acme:|canary/);
  });

  it('remembers as many failures and waits as a person looks at', () => {
    const activity = createActivity(hash);
    for (let at = 0; at < 500; at++) activity.heard(ended(`acme:${at}`, at, unavailable));
    expect(activity.failures).toHaveLength(20);
    expect(activity.failures[0]?.at).toBe(499);
    expect(activity.lockWaits).toHaveLength(200);
    expect(activity.tallyOf('crm').failed).toBe(500);
  });

  it.each([
    [[], 0.5, 0],
    [[7], 0.99, 7],
    [[3, 1, 2], 0.5, 2],
    [[1, 2, 3, 4], 1, 4],
  ])('has as quantile of %j at %d: %d', (values, share, result) => {
    expect(quantile(values, share)).toBe(result);
  });
});

const admin = createApiKey({ id: 'admin', scopes: ['admin:*'] });
const others = [
  createApiKey({ id: 'tenant', scopes: ['admin:acme:'] }),
  createApiKey({ id: 'reader', scopes: ['read:*', 'list:*'] }),
  createApiKey({ id: 'old', scopes: ['admin:*'], expiresAt: 1 }),
];
const app = (events: readonly ServiceEvent[] = []) =>
  createOperatorApp({
    metrics: metricsOfEverything().metrics,
    hosts: ['broker.test'],
    status: partsOf(events),
    keys: new Map(
      [admin, ...others].map(({ entry }) => [entry.id, knownKey(entry, 'test')] as const),
    ),
  });
const basic = (password: string): string => `Basic ${btoa(`anybody:${password}`)}`;
const open = async (authorization?: string, events?: readonly ServiceEvent[]) =>
  app(events).request('http://broker.test/', {
    headers: { host: 'broker.test', ...(authorization !== undefined && { authorization }) },
  });

describe('the status page', () => {
  it('is for a key of the role admin for all sessions, as the password, and may load and do nothing', async () => {
    const answer = await open(basic(admin.key));
    expect(answer.status).toBe(200);
    const [, nonce] = /style-src 'nonce-([^']+)'/.exec(
      answer.headers.get('content-security-policy') ?? '',
    ) ?? ['', ''];
    const text = await answer.text();
    expect(answer.headers.get('content-security-policy')).toBe(
      `default-src 'none'; style-src 'nonce-${nonce}'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'`,
    );
    expect(text).toContain(`<style nonce="${nonce}">`);
    expect(text).not.toMatch(/<script|<form|<img|<link|https?:/i);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect((await (await open(basic(admin.key))).text()).includes(String(nonce))).toBe(false);
  });

  it('answers everybody else alike: no key, a malformed one, an unknown one, one of another role, an expired one', async () => {
    const guessed = createApiKey({ id: 'admin', scopes: ['admin:*'] }).key;
    const unknown = createApiKey({ id: 'nobody', scopes: ['admin:*'] }).key;
    const tried = [
      undefined,
      'Basic',
      'Basic !!!',
      `Bearer ${admin.key}`,
      basic(''),
      basic('admin'),
      basic(admin.key.slice(0, -1)),
      basic(guessed),
      basic(unknown),
      ...others.map(({ key }) => basic(key)),
    ];
    const answers = await Promise.all(
      tried.map(async (authorization) => {
        const answer = await open(authorization);
        return JSON.stringify([answer.status, [...answer.headers], await answer.text()]);
      }),
    );
    expect(new Set(answers).size).toBe(1);
    expect(answers[0]).toMatch(/^\[401,.*Basic realm/);
  });

  it('escapes what is put into it', async () => {
    const event = ended('acme:1', 1000, unavailable);
    const hostile = { ...event, provider: '<script>alert(1)</script>' } as ServiceEvent;
    const text = await (await open(basic(admin.key), [hostile])).text();
    expect(text).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(text).not.toContain('<script');
  });

  it.each(['POST', 'PUT', 'DELETE'])('knows no %s: it is read-only', async (method) => {
    const answer = await app().request('http://broker.test/', {
      method,
      headers: { host: 'broker.test', authorization: basic(admin.key) },
    });
    expect(answer.status).toBe(404);
  });
});
