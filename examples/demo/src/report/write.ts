import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { styleOf } from '@unexpired/example-contenders/report-file';
import { build } from 'esbuild';
import type { Options } from '../options.ts';
import type { Match } from '../run.ts';
import { TOKEN_LATENCY } from '../servers/authorization-server.ts';
import { API_LATENCY } from '../servers/protected-api.ts';
import { SOCKETS } from '../sockets.ts';
import { type Assets, renderPage } from './page.ts';
import { timelineOf } from './timeline.ts';

/** Writes the report to a file. */
export async function writeReport(
  file: string,
  { requests, scenario }: Options,
  matches: readonly Match[],
  versions: string,
): Promise<void> {
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
  await writeFile(file, page);
}

async function loadAssets(): Promise<Assets> {
  const [style, bundle] = await Promise.all([
    styleOf(new URL('./page.css', import.meta.url)),
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
