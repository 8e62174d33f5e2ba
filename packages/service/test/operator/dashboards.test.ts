import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import {
  exportedIn,
  hiddenFrom,
  readDashboards,
  unknownIn,
} from '../../../../test/support/dashboards.ts';
import { metricsOfEverything } from '../support/everything.ts';

const folder = path.join(import.meta.dirname, '..', '..', 'dashboards');
const dashboards = readDashboards(folder, parse);
const exported = async () => exportedIn(await metricsOfEverything().metrics.text());

describe('the dashboard and the alert rules of the broker', () => {
  it('name only metrics and labels that there are', async () => {
    expect(unknownIn(dashboards, await exported())).toEqual([]);
    expect(dashboards.expressions.length).toBeGreaterThan(20);
  });

  it('would notice a metric and a label that there are not', async () => {
    const wrong = 'sum by (tenant) (unexpired_refreshes{provider="a", session="b"})';
    const right = 'sum by (provider) (unexpired_refreshes_total{session="b"})';
    const both = { rules: [], expressions: [['one', wrong] as const, ['two', right] as const] };
    expect(unknownIn(both, await exported())).toEqual([
      'one: unexpired_refreshes',
      'one: by (tenant)',
      'two: unexpired_refreshes_total{session}',
    ]);
  });

  it('show each metric at least once', async () => {
    expect(hiddenFrom(dashboards, await exported())).toEqual([]);
  });

  it('have a runbook for each alert, in the file and under its name in docs/service.md', () => {
    const docs = readFileSync(new URL('../../../../docs/service.md', import.meta.url), 'utf8');
    const { rules } = dashboards;
    expect(rules.filter(({ annotations }) => annotations.runbook.length < 40)).toEqual([]);
    expect(rules.filter(({ alert }) => !docs.includes(`\n#### ${alert}\n`))).toEqual([]);
    expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
  });
});
