import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Options } from '../options.ts';
import type { Match } from '../run.ts';
import { TOKEN_LATENCY } from '../servers/authorization-server.ts';
import { API_LATENCY } from '../servers/protected-api.ts';
import { SOCKETS } from '../sockets.ts';
import { type Assets, renderPage } from './page.ts';
import { timelineOf } from './timeline.ts';

const DEFAULT_PATH = new URL('../../../../reports/demo.html', import.meta.url);

/** Writes the report and returns its path as short as it can be said from where the person is. */
export async function writeReport(
  { requests, scenario, report }: Options,
  matches: readonly Match[],
  versions: string,
): Promise<string> {
  const file =
    report === undefined ? path.normalize(fileURLToPath(DEFAULT_PATH)) : path.resolve(report);
  const contenders = await Promise.all(
    matches.map(async ({ contender, played, result }) => ({
      contender,
      result,
      timeline: timelineOf(played),
      source: await readFile(contender.source, 'utf8'),
    })),
  );
  const latency = { token: TOKEN_LATENCY, api: API_LATENCY };
  const page = renderPage(
    { requests, scenario, sockets: SOCKETS, latency, versions, contenders },
    await loadAssets(),
  );
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, page);
  const relative = path.relative(process.cwd(), file);
  return relative.startsWith('..') ? file : relative;
}

async function loadAssets(): Promise<Assets> {
  const [style, bundle] = await Promise.all([
    readFile(new URL('./page.css', import.meta.url), 'utf8'),
    build({
      entryPoints: [fileURLToPath(new URL('./client/main.ts', import.meta.url))],
      bundle: true,
      format: 'iife',
      target: 'es2022',
      minify: true,
      write: false,
      logLevel: 'silent',
    }),
  ]);
  const script = bundle.outputFiles[0]?.text;
  if (script === undefined) throw new Error("esbuild made nothing of the report's script.");
  // Whatever the script holds, it must not be able to end the element that it stands in.
  return { style, script: script.replaceAll('</script', '<\\/script') };
}
