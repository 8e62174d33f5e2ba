import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { TokenError, type TokenEvent } from 'unexpired';
import { parse } from 'yaml';
import {
  type Exported,
  exportedIn,
  hiddenFrom,
  readDashboards,
  unknownIn,
} from '../../../test/support/dashboards.ts';
import { instrument } from '../src/index.ts';
import { HISTOGRAMS, IN_FLIGHT, METRICS } from '../src/metrics.ts';
import { collector } from './collect.ts';

const folder = path.join(import.meta.dirname, '..', 'dashboards');
const read = (file: string): string => readFileSync(path.join(folder, file), 'utf8');

const dashboards = readDashboards(folder, parse);

const error = new TokenError('ERR_REFRESH_UNAVAILABLE');
const flight = { name: 'a', at: 0, flight: '1', reason: 'due' } as const;
const figures = { duration: 1, lockWait: 1, intentWait: 1, unanswered: 1, attempts: 1, waiting: 1 };
/** One of each kind, with every member that becomes a label. */
const EVERYTHING: readonly TokenEvent[] = [
  { ...flight, type: 'refreshStarted' },
  { ...flight, ...figures, type: 'refreshEnded', outcome: 'failed', error, retryAt: undefined },
  { name: 'a', at: 0, type: 'refreshed', by: 'peer', expiresAt: undefined },
  { name: 'a', at: 0, type: 'rejected', then: 'limited' },
  { name: 'a', at: 0, type: 'sessionEnded', by: 'self', error },
  { name: 'a', at: 0, type: 'signedIn', by: 'self' },
  { name: 'a', at: 0, type: 'signedOut', by: 'self' },
  { name: 'a', at: 0, type: 'warning', code: 'NOT_DURABLE', message: '', error },
  { name: 'a', at: 0, type: 'unsigned', why: 'header', origin: 'https://a.example' },
  { name: 'a', at: 0, type: 'notReplayed', method: 'PUT', origin: 'https://a.example' },
  {
    name: 'a',
    at: 0,
    type: 'replayed',
    method: 'PUT',
    origin: 'https://a.example',
    status: 200,
    outcome: 'accepted',
  },
];

/** What Prometheus reads once each thing has happened. */
async function exported(): Promise<Exported> {
  const seen = collector();
  instrument(
    {
      subscribe(listener) {
        for (const event of EVERYTHING) listener(event);
        return () => {};
      },
    },
    seen.providers,
  );
  const text = await seen.prometheus();
  await seen.close();
  return exportedIn(text);
}

describe('the dashboard and the alert rules', () => {
  it('name only metrics and labels that there are', async () => {
    expect(unknownIn(dashboards, await exported())).toEqual([]);
    expect(dashboards.expressions.length).toBeGreaterThan(20);
  });

  it('show each metric at least once', async () => {
    expect(hiddenFrom(dashboards, await exported())).toEqual([]);
  });

  it('say of each alert what to do', () => {
    const { rules } = dashboards;
    expect(rules.filter(({ annotations }) => annotations.runbook.length < 40)).toEqual([]);
    expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
  });
});

describe('the table of metrics in the README', () => {
  it('has each of them, and no other', () => {
    const table = [...read('../README.md').matchAll(/^\| `(unexpired\.[a-z_]+)`/gm)].map(
      ([, name]) => name,
    );
    const all = [...Object.values(METRICS), ...Object.values(HISTOGRAMS), IN_FLIGHT];
    expect(table).toHaveLength(all.length);
    expect(new Set(table)).toEqual(new Set(all.map(([name]) => name)));
  });
});
