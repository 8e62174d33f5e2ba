import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { type Bundle, PACKAGES } from '../house.ts';
import type { Step } from '../steps/step.ts';
import { README, saysSizes } from './size-page.ts';
import { bundleCommonjs, bundleModules, fromIn } from './bundle.ts';
import type { PackedPackage, Packing } from './packed-types.ts';

export interface Measured extends Bundle {
  name: string;
  bytes: number;
  /** Bundled packages that have no business there: a client, which the user has already, and helpers of a compiler. */
  strangers: string[];
}

export function sizeStep(packing: Packing): Step {
  return {
    name: 'size',
    run: async () => {
      const measured = await measureAll(packing);
      const problems = measured.flatMap(({ name, ceiling, bytes, strangers }) => [
        ...(bytes > ceiling ? [`${name}: ${bytes - ceiling} bytes more than the ceiling`] : []),
        ...strangers.map((stranger) => `${name} bundles ${stranger}`),
      ]);
      const page = readFileSync(README, 'utf8');
      if (!saysSizes(page, measured))
        problems.push('README.md shows other sizes; `npm run sizes` writes them');
      const table = tableOf(measured);
      return {
        ok: problems.length === 0,
        output: [...problems, table].join('\n'),
        note: `bytes, minified and gzipped\n${table}`,
      };
    },
  };
}

/** Measures every bundle of `house.ts`, on the packages as they would be published. */
export async function measureAll(packing: Packing): Promise<Measured[]> {
  const { packages, project } = await packing.get();
  const rows = Object.values(PACKAGES).flatMap(({ sizes = [] }) => sizes);
  return Promise.all(rows.map((row) => measure(row, packages, project)));
}

async function measure(
  row: Bundle,
  packages: readonly PackedPackage[],
  project: string,
): Promise<Measured> {
  const { code, from } = await (row.commonjs ? bundleCommonjs : bundleModules)(row, project);
  const allowed = mayBundle(row, packages);
  const { over } = row;
  const base = over && (await bundleModules({ ...row, what: over }, project)).code;
  return {
    ...row,
    name: row.what.join(' + ') + (row.commonjs ? ' (CommonJS)' : over ? ' (its own code)' : ''),
    bytes: gzippedLength(code) - (base === undefined ? 0 : gzippedLength(base)),
    strangers: from.filter((name) => !allowed.has(name)),
  };
}

const gzippedLength = (code: Uint8Array): number => gzipSync(code, { level: 9 }).length;

/** The packages that a row names, those of ours that they use, and what all of them may import. */
function mayBundle({ what }: Bundle, packages: readonly PackedPackage[]): Set<string> {
  const named = what.map(fromIn);
  const ours = packages.filter(({ entries }) => entries.some(({ name }) => named.includes(name)));
  const all = packages.filter((one) =>
    ours.some(({ name, uses }) => name === one.name || uses.includes(one.name)),
  );
  return new Set(all.flatMap(({ id, name }) => [name, ...(PACKAGES[id]?.imports ?? [])]));
}

function tableOf(measured: readonly Measured[]): string {
  const width = Math.max(...measured.map(({ name }) => name.length));
  return measured
    .map(({ name, bytes, ceiling }) => `  ${name.padEnd(width)}  ${bytes} of ${ceiling}`)
    .join('\n');
}
