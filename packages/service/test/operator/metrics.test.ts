import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { COUNTERS, GAUGES, HISTOGRAMS, REQUESTS } from '../../src/operator/metric-names.ts';
import { measuredFetch, routeOf } from '../../src/operator/measured-fetch.ts';
import { systemClock } from 'unexpired/adapter';
import { metricsOfEverything } from '../support/everything.ts';

describe('the metrics', () => {
  it('count what happened, by provider, and name no session', async () => {
    const { metrics } = metricsOfEverything();
    const text = await metrics.text();
    for (const line of [
      'unexpired_refreshes_total{provider="crm",reason="due",outcome="failed"} 1',
      'unexpired_lost_answers_total{provider="crm"} 1',
      'unexpired_adoptions_total{provider="crm"} 1',
      'unexpired_rejections_total{late="true"} 1',
      'unexpired_sessions_ended_total{provider="crm",code="ERR_SESSION_ENDED"} 1',
      'unexpired_auth_failures_total{kind="credentials"} 1',
      'unexpired_auth_failures_total{kind="scope"} 1',
      'unexpired_warnings_total{provider="crm",code="NOT_DURABLE"} 1',
      'unexpired_requests_failed_total 1',
      'unexpired_refresh_seconds_sum{provider="crm"} 0.02',
      'unexpired_http_request_seconds_count{route="/v1/sessions/{key}/token",status="401"} 1',
      'unexpired_store_seconds_count{op="read"} 1',
      'unexpired_in_flight{provider="crm"} 1',
      'unexpired_waiters 3',
      'unexpired_not_durable 1',
      'unexpired_background_failures_total 1',
      'unexpired_audit_dropped_total 3',
      'unexpired_sessions{provider="crm",state="active"} 5',
      'unexpired_due_lag_seconds{provider="crm"} 4',
      'unexpired_least_seconds_to_expiry{provider="crm"} 60',
      'unexpired_breaker_open{provider="crm"} 1',
      'unexpired_replicas 1',
    ])
      expect(text.split('\n')).toContain(line);
    expect(text).not.toContain('acme:');
  });

  it('say that a session is stored again, once it was', async () => {
    const { metrics, flights } = metricsOfEverything();
    flights.called({ ...call, failed: true, generation: undefined });
    expect(await metrics.text()).toContain('unexpired_not_durable 1');
    flights.called({ ...call, failed: false, generation: 1 });
    expect(await metrics.text()).toContain('unexpired_not_durable 0');
  });

  it('are in the table of docs/service.md, each of them and no other', () => {
    const docs = readFileSync(new URL('../../../../docs/service.md', import.meta.url), 'utf8');
    const [section = ''] = /\n### Metrics\n[\s\S]*?\n### /.exec(docs) ?? [];
    const table = [...section.matchAll(/^\| `(unexpired_[a-z_]+)/gm)].map(([, name]) => name);
    expect(new Set(table)).toEqual(
      new Set([COUNTERS, HISTOGRAMS, REQUESTS, GAUGES].flatMap((names) => Object.keys(names))),
    );
  });
});

const call = { key: 'acme:42', operation: 'write', duration: 1 } as const;

describe('the route of a request', () => {
  it('is one of the API description for each of its addresses', () => {
    const { paths } = JSON.parse(
      readFileSync(new URL('../../openapi.json', import.meta.url), 'utf8'),
    ) as { paths: Record<string, unknown> };
    const routes = Object.keys(paths);
    expect(routes.length).toBeGreaterThan(2);
    expect(routes.map((route) => routeOf(route.replace('{key}', 'acme:42')))).toEqual(routes);
  });

  it.each(['/v1/sessions/a:1/token/more', '/v1/canary', '/', '/metrics', '/v1/sessions//token'])(
    'is "other" for %s, so that nobody makes new ones',
    (pathname) => {
      expect(routeOf(pathname)).toBe('other');
    },
  );
});

describe('a request', () => {
  it('for a token is waiting until it was answered, also where that fails', async () => {
    const told: string[] = [];
    const seen: number[] = [];
    const measured = measuredFetch(
      (request) => {
        seen.push(measured.waiting);
        if (request.method === 'POST') throw new Error('no');
        return new Response(undefined, { status: 304 });
      },
      systemClock,
      ({ route, status }) => told.push(`${route} ${status}`),
    );
    const address = 'http://broker.test/v1/sessions/acme:42/token';
    await measured.fetch(new Request(address), {});
    await expect(measured.fetch(new Request(address, { method: 'POST' }), {})).rejects.toThrow(
      'no',
    );
    await measured.fetch(new Request('http://broker.test/healthz'), {});
    expect(seen).toEqual([1, 1, 0]);
    await measured.settled();
    expect(measured.waiting).toBe(0);
    expect(told).toEqual(['/v1/sessions/{key}/token 304', '/healthz 304']);
  });
});
