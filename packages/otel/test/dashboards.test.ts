import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { TokenError, type TokenEvent } from 'unexpired';
import { parse } from 'yaml';
import { instrument } from '../src/index.ts';
import { HISTOGRAMS, IN_FLIGHT, METRICS } from '../src/metrics.ts';
import { collector } from './collect.ts';

const folder = path.join(import.meta.dirname, '..', 'dashboards');
const read = (file: string): string => readFileSync(path.join(folder, file), 'utf8');

interface Panel {
  readonly title: string;
  readonly targets?: readonly { readonly expr: string }[];
}
interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly annotations: { readonly summary: string; readonly runbook: string };
}
const dashboard = JSON.parse(read('grafana.json')) as { panels: Panel[] };
const { groups } = parse(read('alerts.yaml')) as { groups: { rules: Rule[] }[] };
const rules = groups.flatMap((group) => group.rules);
const expressions = [
  ...dashboard.panels.flatMap(({ title, targets = [] }) =>
    targets.map(({ expr }) => [title, expr] as const),
  ),
  ...rules.map(({ alert, expr }) => [alert, expr] as const),
];

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

/** What Prometheus reads once each thing has happened: names, and the labels of each. */
async function exported(): Promise<Map<string, Set<string>>> {
  const seen = collector();
  instrument(
    {
      subscribe(listener) {
        for (const event of EVERYTHING) listener(event);
        return () => {};
      },
    },
    seen,
  );
  const text = await seen.prometheus();
  await seen.close();
  const found = new Map<string, Set<string>>();
  for (const [, name = '', labels = ''] of text.matchAll(/^(unexpired_\w+)\{(.*)\} /gm)) {
    const known = found.get(name) ?? new Set();
    for (const [, label = ''] of labels.matchAll(/(\w+)="/g)) known.add(label);
    found.set(name, known);
  }
  return found;
}

describe('the dashboard and the alert rules', () => {
  it('name only metrics and labels that there are', async () => {
    const known = await exported();
    const given = new Set(['job', 'le']); // Prometheus gives these
    const unknown = expressions.flatMap(([title, expr]) =>
      [...expr.matchAll(/(unexpired_[a-z_]+)(?:\{([^}]*)\})?/g)].flatMap(
        ([, name = '', by = '']) => {
          if (!known.has(name))
            return known.size === 0 || isLabel(known, name) ? [] : [`${title}: ${name}`];
          return [...by.matchAll(/(\w+)(?:=~|!=|=)/g)]
            .map(([, label = '']) => label)
            .filter((label) => !given.has(label) && known.get(name)?.has(label) !== true)
            .map((label) => `${title}: ${name}{${label}}`);
        },
      ),
    );
    expect(unknown).toEqual([]);
    expect(expressions.length).toBeGreaterThan(20);
  });

  it('show each metric at least once', async () => {
    const shown = expressions.map(([, expr]) => expr).join('\n');
    const hidden = [...(await exported()).keys()]
      .map((name) => name.replace(/_(?:count|sum)$/, '_bucket'))
      .filter((name) => !shown.includes(name));
    expect(hidden).toEqual([]);
  });

  it('say of each alert what to do', () => {
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

/** `sum by (unexpired_outcome)` names a label. */
function isLabel(known: ReadonlyMap<string, ReadonlySet<string>>, name: string): boolean {
  return [...known.values()].some((labels) => labels.has(name));
}
