// `npm run size-table`: how many bytes each feature adds to what a page loads. Of each bundle of `house.ts`, from the sources,
// minified and gzipped: how much smaller it would be without the files that a feature consists of. Rows add up to less than
// the whole, because what two features have in common is packed once.
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { build, transform } from 'esbuild';
import { PACKAGES } from './house.ts';
import { fromIn, nameIn } from './package-checks/bundle.ts';
import { root, sourcesByName } from './workspace.ts';

/** The first pattern that fits names the feature of a file. */
const FEATURES: readonly (readonly [RegExp, string])[] = [
  [
    /refresh\/(read-|refusal-|what-ends|retry-after)|errors\/safe-cause|read-members/,
    'answers and errors of any client',
  ],
  [/tokens\/(read-|jwt|token-syntax)/, 'token sets, and expiries by any name'],
  [
    /session\/(announcement|placement|succession)|manager\/sign-in-out|tokens\/subject/,
    'sign-in, sign-out, announcements, subjects',
  ],
  [/refresh\/(under-lock|mutex-lock)|async-mutex/, 'the lock, async-mutex included'],
  [
    /refresh\/(pacing|back-off|limiter|retry\.)|silence-watch/,
    'retries, back-off, limiter, silences',
  ],
  [/manager\/options|errors\/check-value/, 'option checks'],
  [/core\/src\/refresh|time\/pause/, 'one flight'],
  [/core\/src\/manager\/(cookie|pool|follow)/, 'cookies, pool, followers'],
  [/core\/src\/manager/, 'waiting: queue, decisions, flights'],
  [/core\/src\/session/, 'state, events, generations, revocation'],
  [/core\/src\/(errors|time|tokens)/, 'errors, clock, signals, fingerprints'],
  [/core\/src\/(shared|stores)/, 'a session that others share'],
  [/core\/src\/http/, 'decisions of all adapters'],
  [/packages\/(\w+)\/src/, 'the package itself'],
];

interface Part {
  readonly file: string;
  readonly code: string;
}

for (const { what, commonjs } of Object.values(PACKAGES).flatMap(({ sizes = [] }) => sizes)) {
  if (commonjs) continue;
  const parts = await partsOf(what);
  const whole = bytesOf(parts);
  process.stdout.write(`\n${what.join(' + ')}: ${whole}\n`);
  for (const [feature, bytes] of features(parts, whole))
    process.stdout.write(`${String(bytes).padStart(7)}  ${feature}\n`);
}

function features(parts: readonly Part[], whole: number): [string, number][] {
  const names = new Set(parts.map(featureOf));
  return [...names]
    .map((name): [string, number] => [
      name,
      whole - bytesOf(parts.filter((part) => featureOf(part) !== name)),
    ])
    .filter(([, bytes]) => bytes > 0)
    .toSorted(([, a], [, b]) => b - a);
}

function featureOf({ file }: Part): string {
  const [pattern, feature] = FEATURES.find(([one]) => one.test(file)) ?? [/./, file];
  const id = pattern.exec(file)?.[1];
  return feature === 'the package itself' ? `packages/${id}` : feature;
}

function bytesOf(parts: readonly Part[]): number {
  return gzipSync(parts.map(({ code }) => code).join(''), { level: 9 }).length;
}

/** The bundle in pieces, one a file. esbuild puts the file's name above each, in a comment that minified output lacks. */
async function partsOf(what: readonly string[]): Promise<Part[]> {
  const alias = Object.fromEntries(
    Object.entries(sourcesByName()).map(([name, source]) => [name, path.join(root, source)]),
  );
  const { outputFiles } = await build({
    stdin: {
      contents: what.map((item) => `export { ${nameIn(item)} } from '${fromIn(item)}';`).join('\n'),
      resolveDir: root,
    },
    bundle: true,
    minifySyntax: true,
    minifyIdentifiers: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    external: ['axios'],
    alias,
    absWorkingDir: root,
  });
  const text = (outputFiles[0]?.text ?? '').replace(/^export \{[^}]*\};$/m, '');
  const pieces = text.split(/^\/\/ (?=\S+\n)/m).slice(1);
  return Promise.all(
    pieces.map(async (piece) => {
      const end = piece.indexOf('\n');
      const { code } = await transform(piece.slice(end), {
        minifyWhitespace: true,
        minifySyntax: true,
      });
      return { file: piece.slice(0, end), code };
    }),
  );
}
