import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** What the server has to give out, by its path. */
export type Files = ReadonlyMap<string, { readonly type: string; readonly text: string }>;

/** The page, its style, and its script with all that it imports. */
export async function loadFiles(): Promise<Files> {
  const [page, style, script] = await Promise.all([
    read('page.html'),
    read('page.css'),
    bundle('main.ts'),
  ]);
  return new Map([
    ['/', { type: 'text/html; charset=utf-8', text: page }],
    ['/page.css', { type: 'text/css; charset=utf-8', text: style }],
    ['/page.js', { type: 'text/javascript; charset=utf-8', text: script }],
  ]);
}

const placeOf = (name: string): URL => new URL(`./page/${name}`, import.meta.url);
const read = (name: string): Promise<string> => readFile(placeOf(name), 'utf8');

async function bundle(name: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(placeOf(name))],
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    logLevel: 'error',
  });
  return outputFiles[0]?.text ?? '';
}
