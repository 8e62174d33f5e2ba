import { existsSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { apps } from '../../apps/src/list.ts';
import { templatesOf } from '../../apps/src/files.ts';
import { blocksIn } from '../../apps/src/page.ts';
import { samples } from '../../apps/src/samples.ts';
import { root } from '../workspace.ts';
import { type Known, knownOf, type Runner } from './known.ts';

/** The pages whose code is compiled and run. */
export const pages = (): string[] =>
  globSync(['README.md', 'docs/**/*.md', 'packages/*/README.md', 'examples/*/README.md'], {
    cwd: root,
  })
    .map((file) => file.replaceAll('\\', '/'))
    .filter((page) => !page.includes('node_modules'))
    .toSorted();

/** What is known of each block of all pages, and what is wrong with that. */
export function knownHere(): { readonly blocks: Known[]; readonly problems: string[] } {
  const taken = takenByApps();
  const tested = reachedByTests();
  const all = pages().map((page) =>
    knownOf(page, read(page) ?? '', {
      appsWith: (_page, line) => taken.get(`${page}:${line}`) ?? [],
      read,
      isTested: (file) => tested.has(file),
    }),
  );
  return {
    blocks: all.flatMap(({ blocks }) => blocks),
    problems: all.flatMap(({ problems }) => problems),
  };
}

const read = (file: string): string | undefined =>
  existsSync(path.join(root, file)) ? readFileSync(path.join(root, file), 'utf8') : undefined;

function takenByApps(): Map<string, Runner[]> {
  const taken = new Map<string, Runner[]>();
  for (const app of [...apps, ...samples])
    for (const { folder, file } of templatesOf(app))
      for (const { page, line } of blocksIn(readFileSync(path.join(folder, file), 'utf8'))) {
        const key = `${page}:${line}`;
        const runner = { name: `apps/${app.id}`, quick: app.quick === true };
        taken.set(key, [...(taken.get(key) ?? []), runner]);
      }
  return taken;
}

/** The files of the examples that their tests import, or what those import. */
function reachedByTests(): ReadonlySet<string> {
  const reached = new Set<string>();
  const visit = (file: string): void => {
    const text = reached.has(file) ? undefined : read(file);
    if (text === undefined) return;
    reached.add(file);
    for (const [, to = ''] of text.matchAll(/'(\.{1,2}\/[^']+\.ts)'/g))
      visit(path.posix.join(path.posix.dirname(file), to));
  };
  for (const file of globSync('examples/*/test/**/*.test.ts', { cwd: root }))
    visit(file.replaceAll('\\', '/'));
  return reached;
}
