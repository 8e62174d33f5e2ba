import { readFileSync } from 'node:fs';
import path from 'node:path';

interface Panel {
  readonly title: string;
  readonly targets?: readonly { readonly expr: string }[];
}
interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly annotations: { readonly summary: string; readonly runbook: string };
}

/** A Grafana dashboard and the alert rules beside it. */
export interface Dashboards {
  readonly rules: readonly Rule[];
  /** Every expression, with the title of its panel or the name of its alert. */
  readonly expressions: readonly (readonly [title: string, expr: string])[];
}

/** Reads `grafana.json` and `alerts.yaml` of a folder. */
export function readDashboards(folder: string, parseYaml: (text: string) => unknown): Dashboards {
  const read = (file: string): string => readFileSync(path.join(folder, file), 'utf8');
  const { panels } = JSON.parse(read('grafana.json')) as { panels: Panel[] };
  const { groups } = parseYaml(read('alerts.yaml')) as { groups: { rules: Rule[] }[] };
  const rules = groups.flatMap((group) => group.rules);
  return {
    rules,
    expressions: [
      ...panels.flatMap(({ title, targets = [] }) =>
        targets.map(({ expr }) => [title, expr] as const),
      ),
      ...rules.map(({ alert, expr }) => [alert, expr] as const),
    ],
  };
}

/** The metrics that Prometheus reads, and the labels of each. */
export type Exported = ReadonlyMap<string, ReadonlySet<string>>;

/** Reads them from the text that is scraped. */
export function exportedIn(text: string): Exported {
  const found = new Map<string, Set<string>>();
  for (const [, name = '', labels = ''] of text.matchAll(/^(unexpired_\w+)(?:\{(.*)\})? /gm)) {
    const known = found.get(name) ?? new Set();
    for (const [, label = ''] of labels.matchAll(/(\w+)="/g)) known.add(label);
    found.set(name, known);
  }
  return found;
}

/** Prometheus gives these by itself. */
const GIVEN = new Set(['job', 'instance', 'le']);

/** Each metric and each label in an expression that there is not. */
export function unknownIn({ expressions }: Dashboards, exported: Exported): string[] {
  return expressions.flatMap(([title, expr]) => [
    ...[...expr.matchAll(/(unexpired_[a-z_]+)(?:\{([^}]*)\})?/g)].flatMap(
      ([, name = '', by = '']) => {
        if (!exported.has(name)) return isLabel(exported, name) ? [] : [`${title}: ${name}`];
        return [...by.matchAll(/(\w+)(?:=~|!=|=)/g)]
          .map(([, label = '']) => label)
          .filter((label) => !GIVEN.has(label) && exported.get(name)?.has(label) !== true)
          .map((label) => `${title}: ${name}{${label}}`);
      },
    ),
    ...[...expr.matchAll(/by \(([^)]*)\)/g)]
      .flatMap(([, labels = '']) => labels.split(',').map((label) => label.trim()))
      .filter((label) => !GIVEN.has(label) && !isLabel(exported, label))
      .map((label) => `${title}: by (${label})`),
  ]);
}

/** Each metric that no panel and no alert shows. */
export function hiddenFrom({ expressions }: Dashboards, exported: Exported): string[] {
  const shown = expressions.map(([, expr]) => expr).join('\n');
  return [...exported.keys()].filter(
    (name) => !shown.includes(name) && !shown.includes(name.replace(/_(?:count|sum)$/, '_bucket')),
  );
}

const isLabel = (exported: Exported, name: string): boolean =>
  [...exported.values()].some((labels) => labels.has(name));
