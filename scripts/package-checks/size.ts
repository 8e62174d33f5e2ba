import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import type { Step } from '../steps/step.ts';
import type { Packing } from './packed.ts';

/** Bytes after minifying and gzip, dependencies included. Raised only in the commit that needs it, which says why. */
const CEILINGS: readonly { what: readonly string[]; ceiling: number }[] = [
  {
    what: ['createTokenManager from unexpired', 'attachAuth from @unexpired/axios'],
    ceiling: 21_000,
  },
  {
    what: ['createTokenManager from unexpired', 'createAuthFetch from @unexpired/fetch'],
    ceiling: 20_080,
  },
];

/** What a web page may load for these: never a client, which the user has already. */
const ALLOWED = ['unexpired', '@unexpired/axios', '@unexpired/fetch', 'async-mutex', 'tslib'];

export function sizeStep(packing: Packing): Step {
  return {
    name: 'size',
    run: async () => {
      const { project } = await packing.get();
      const measured = await Promise.all(
        CEILINGS.map(async (row) => ({ ...row, ...(await measure(row.what, project)) })),
      );
      const problems = measured.flatMap(({ what, ceiling, bytes, strangers }) => [
        ...(bytes > ceiling
          ? [
              `${what.join(' + ')}: ${bytes} bytes, ${bytes - ceiling} more than the ceiling of ${ceiling}`,
            ]
          : []),
        ...strangers.map((name) => `${what.join(' + ')} bundles ${name}`),
      ]);
      const note = measured
        .map(({ what, ceiling, bytes }) => `${what.join(' + ')} ${bytes} of ${ceiling} bytes`)
        .join('; ');
      return { ok: problems.length === 0, output: problems.join('\n'), note };
    },
  };
}

async function measure(
  what: readonly string[],
  project: string,
): Promise<{ bytes: number; strangers: string[] }> {
  const { outputFiles, metafile } = await build({
    stdin: {
      contents: what.map((item) => `export { ${item.replace(' from ', " } from '")}';`).join('\n'),
      resolveDir: project,
    },
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    logLevel: 'silent',
    // The user's own, which its adapter asks for adapters by their names.
    external: ['axios'],
  });
  const bundled = Object.keys(metafile.inputs).flatMap((file) => packageOf(file) ?? []);
  const bytes = outputFiles.reduce(
    (sum, { contents }) => sum + gzipSync(contents, { level: 9 }).length,
    0,
  );
  return { bytes, strangers: [...new Set(bundled)].filter((name) => !ALLOWED.includes(name)) };
}

function packageOf(file: string): string | undefined {
  const [, inside] =
    file.replaceAll('\\', '/').match(/.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//) ?? [];
  return inside;
}
