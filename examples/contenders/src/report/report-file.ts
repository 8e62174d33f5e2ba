import { mkdir, open, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Mistake } from '@unexpired/example-command-line';

const REPORTS = new URL('../../../../reports/', import.meta.url);

/**
 * The file that a report goes to, by `--report`, else `usual` in the folder of reports. Throws a {@link Mistake} where it cannot
 * be written: before a run of minutes, not after it.
 */
export async function reportFile(report: string | undefined, usual: string): Promise<string> {
  const file =
    report === undefined
      ? path.normalize(fileURLToPath(new URL(usual, REPORTS)))
      : path.resolve(report);
  try {
    await mkdir(path.dirname(file), { recursive: true });
    await (await open(file, 'a')).close();
  } catch (error) {
    const { code } = Object(error) as { readonly code?: unknown };
    throw new Mistake(`--report: ${file} cannot be written (${String(code)})`, { cause: error });
  }
  return file;
}

/** A path as short as it can be said from where the person is. */
export function shortPath(file: string): string {
  const relative = path.relative(process.cwd(), file);
  return relative.startsWith('..') ? file : relative;
}

/** The style sheet of a report: what all have in common, and its own. */
export async function styleOf(own: URL): Promise<string> {
  const sheets = [new URL('./base.css', import.meta.url), own];
  return (await Promise.all(sheets.map((sheet) => readFile(sheet, 'utf8')))).join('\n');
}
