import { cpSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { imageOf, placeOf, textOf } from './pages.ts';

const root = path.join(import.meta.dirname, '..', '..');
/** Where the site's own pages are written. */
export const PAGES = path.join(root, 'site', 'pages');

const SOURCES = [
  'README.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'docs/**/*.md',
  'packages/*/README.md',
  'examples/*/README.md',
];

/** Writes what the site shows from the repository's pages, anew. */
export function writePages(): void {
  const found = globSync(SOURCES, { cwd: root })
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => !file.includes('node_modules'));
  const pages = new Set(found);
  rmSync(PAGES, { recursive: true, force: true });
  for (const page of pages) {
    const place = path.join(PAGES, placeOf(page));
    mkdirSync(path.dirname(place), { recursive: true });
    writeFileSync(place, textOf(page, readFileSync(path.join(root, page), 'utf8'), pages));
  }
  for (const image of globSync('docs/**/*.{svg,png}', { cwd: root }))
    cpSync(path.join(root, image), path.join(PAGES, 'public', imageOf(image)));
}
