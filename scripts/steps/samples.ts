import {
  existsSync,
  globSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { runTool } from '../command.ts';
import { blocksOf } from '../samples/blocks.ts';
import { moduleOf, type Sample } from '../samples/module-of.ts';
import { knownHere, pages } from '../samples/repository.ts';
import { PAGE, type Totals, totalsOf, withBlocks } from '../samples/table.ts';
import { cacheFolder, root } from '../workspace.ts';
import type { Step } from './step.ts';

const folder = path.join(cacheFolder, 'samples');

/** Compiles every block of TypeScript that a page shows, and knows of each what runs it, or why nothing does. */
export const samplesStep: Step = {
  name: 'samples',
  async run() {
    const { blocks, problems } = knownHere();
    const text = readFileSync(path.join(root, PAGE), 'utf8');
    if (withBlocks(text, blocks) !== text)
      problems.push(`${PAGE} says otherwise; \`npm run derive\``);
    problems.push(...(await compileSamples()));
    const all = totalsOf(blocks);
    return {
      ok: problems.length === 0,
      output: problems.join('\n'),
      note: `${all.blocks} blocks of ${all.pages} pages: all compiled, ${all.run} run${slowOnes(all)}, ${all.not} not (${PAGE} says why)`,
    };
  },
};

const slowOnes = ({ slow }: Totals): string =>
  slow > 0 ? ` (${slow} by \`npm run test:apps\` alone)` : '';

/** Resolves with what the compiler says, by page and line. */
async function compileSamples(): Promise<string[]> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(path.join(folder, 'node_modules'), { recursive: true });
  const samples = new Map<string, { readonly page: string; readonly sample: Sample }>();
  for (const page of pages()) {
    const shown = blocksOf(readFileSync(path.join(root, page), 'utf8'));
    if (shown.length === 0) continue;
    const sample = moduleOf(shown);
    const file = `${page.replaceAll('/', '-')}.tsx`;
    writeFileSync(path.join(folder, file), sample.text);
    samples.set(file, { page, sample });
    provide(sample.text);
  }
  writeFileSync(path.join(folder, 'tsconfig.json'), JSON.stringify(config, undefined, 2));
  const { output } = await runTool('typescript', ['-p', folder, '--pretty', 'false'], {
    bin: 'tsc',
  });
  const problems = output
    .split('\n')
    .filter((line) => /error TS\d+/.test(line))
    .map((line) => {
      const [, file = '', at = '', what = ''] =
        /([^/\\]+\.tsx)\((\d+),\d+\): (.*)/.exec(line) ?? [];
      const known = samples.get(file);
      return known ? `${known.page}:${known.sample.lines[Number(at) - 1]}: ${what}` : line;
    });
  return problems;
}

const config = {
  extends: path.join(root, 'tsconfig.check.json'),
  compilerOptions: {
    module: 'esnext',
    moduleResolution: 'bundler',
    jsx: 'react-jsx',
    moduleDetection: 'force',
    // Paths to a declaration are for the other programs of this repository; here a package is found by its name.
    allowUnreachableCode: true,
  },
  include: [
    '*.tsx',
    path.join(root, 'scripts/samples/*.d.ts'),
    path.join(root, 'packages/*/src/**/*.d.ts'),
  ],
  exclude: [],
};

/** A package that is another one under a name for users. */
const SAME_AS: Readonly<Record<string, string>> = { redis: '@redis/client' };

/** Where to look for a package: what ours depend on comes first, so that a page has it once. */
const INSTALLED = ['packages/*', '.', 'examples/*', 'apps', 'benchmarks', 'site', 'test'];

// A page's packages are some example's or some package's dependencies: found here as if they were this folder's, with their types.
function provide(text: string): void {
  const names = [...text.matchAll(/(?:from |import\()'((?:@[^/']+\/)?[^/'.][^/']*)/g)].map(
    ([, name = '']) => name,
  );
  for (const name of names.flatMap((one) => [one, `@types/${one}`])) {
    const link = path.join(folder, 'node_modules', name);
    if (/^(?:node:|unexpired$|@unexpired\/)/.test(name) || existsSync(link)) continue;
    const [found] = INSTALLED.flatMap((place) =>
      globSync(`${place}/node_modules/${SAME_AS[name] ?? name}`, { cwd: root }),
    );
    if (!found) continue;
    mkdirSync(path.dirname(link), { recursive: true });
    symlinkSync(path.join(root, found), link, 'junction');
  }
}
