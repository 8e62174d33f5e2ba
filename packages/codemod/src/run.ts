import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { unifiedDiff } from './diff.ts';
import { filesOf, isFileOrFolder } from './files.ts';
import { migrateAxiosAuthRefresh, type Migration } from './migrate.ts';
import type { Remark, Section } from './remark.ts';

/** What {@link run} needs from around it. */
export interface Io {
  /** The folder that paths are relative to. */
  readonly cwd: string;
  /** Where the migration page is. Default: its place in the repository. */
  readonly page?: string | undefined;
  readonly out: (text: string) => void;
  readonly error: (text: string) => void;
}

const USAGE = `Usage: codemod axios-auth-refresh [--dry-run] <file or folder> ...

Rewrites calls of axios-auth-refresh to createTokenManager and attachAuth. A file that is not understood stays as it is,
and the reason is printed. Run your formatter afterwards.

  --dry-run  write nothing, print what would change
  --help     print this

Exit code: 0 everything was moved, 1 a file was refused, 2 wrong arguments.`;

/**
 * The command line: rewrites files, prints what is left to do, and gives the exit code (0 everything was moved, 1 a file was
 * refused, 2 wrong arguments).
 *
 * @example
 * ```ts
 * import { run } from '@unexpired/codemod';
 *
 * process.exitCode = run(['axios-auth-refresh', '--dry-run', 'src'], {
 *   cwd: process.cwd(),
 *   out: (text) => console.log(text),
 *   error: (text) => console.error(text),
 * });
 * ```
 */
export function run(args: readonly string[], io: Io): number {
  const asked = argumentsOf(args, io.cwd);
  if (typeof asked === 'string') {
    io.error(`${asked}\n\n${USAGE}`);
    return 2;
  }
  if (asked.help) {
    io.out(USAGE);
    return 0;
  }
  let files: readonly string[];
  try {
    files = filesOf(asked.paths, io.cwd);
  } catch (error) {
    io.error(`A folder cannot be read: ${messageOf(error)}`);
    return 2;
  }
  const results = files.map((file) => rewritten(file, asked.isDry));
  for (const { file, source, migration } of results)
    if (migration.outcome === 'moved' && asked.isDry)
      io.out(
        `--- ${shown(file, io)}\n+++ ${shown(file, io)}\n${unifiedDiff(source, migration.output)}`,
      );
  report(results, asked.isDry, io);
  return results.some(({ migration }) => migration.outcome === 'refused') ? 1 : 0;
}

/** Rewrites a file. One that cannot be read or written is refused, and the others go on. */
function rewritten(file: string, isDry: boolean): Result {
  let doing = 'read';
  try {
    const source = readFileSync(file, 'utf8');
    const migration = migrateAxiosAuthRefresh(source, file);
    doing = 'written';
    if (migration.outcome === 'moved' && !isDry) writeFileSync(file, migration.output);
    return { file, source, migration };
  } catch (error) {
    const text = `it could not be ${doing}: ${messageOf(error)}`;
    const reasons = [{ line: 1, text, section: 'by-hand' as const }];
    return { file, source: '', migration: { outcome: 'refused', reasons } };
  }
}

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);

interface Result {
  readonly file: string;
  readonly source: string;
  readonly migration: Migration;
}

interface Asked {
  readonly help: boolean;
  readonly isDry: boolean;
  readonly paths: readonly string[];
}

/** What was asked for, or a sentence that says what is wrong with it. */
function argumentsOf(args: readonly string[], cwd: string): Asked | string {
  let parsed;
  try {
    parsed = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        'dry-run': { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (error) {
    return messageOf(error);
  }
  const [name, ...paths] = parsed.positionals;
  const { help, 'dry-run': isDry } = parsed.values;
  if (help) return { help, isDry, paths };
  if (name !== 'axios-auth-refresh')
    return name === undefined
      ? 'Say what to migrate from: axios-auth-refresh.'
      : `There is no codemod "${name}": axios-auth-refresh is the one.`;
  if (paths.length === 0) return 'Say which files or folders to rewrite.';
  const missing = paths.find((one) => !isFileOrFolder(one, cwd));
  return missing === undefined
    ? { help, isDry, paths }
    : `There is no file or folder "${missing}".`;
}

function report(results: readonly Result[], isDry: boolean, io: Io): void {
  const moved = results.filter(({ migration }) => migration.outcome === 'moved');
  const refused = results.filter(({ migration }) => migration.outcome === 'refused');
  for (const { file, migration } of [...moved, ...refused]) {
    const remarks =
      migration.outcome === 'moved'
        ? migration.steps
        : migration.outcome === 'refused'
          ? migration.reasons
          : [];
    const says =
      migration.outcome === 'refused'
        ? 'left as it is'
        : isDry
          ? 'would be rewritten'
          : 'rewritten';
    io.out(
      [`${shown(file, io)}: ${says}`, ...remarks.map((one) => line(file, one, io))].join('\n'),
    );
  }
  const others = readers(results).map(({ file, remark }) => line(file, remark, io));
  if (others.length > 0) io.out(['Tokens are still read or written in:', ...others].join('\n'));
  io.out(
    moved.length + refused.length === 0
      ? 'No file uses axios-auth-refresh.'
      : `${moved.length} ${isDry ? 'would be rewritten' : 'rewritten'}, ${refused.length} left as they are.`,
  );
}

const shown = (file: string, { cwd }: Io): string => path.relative(cwd, file).replaceAll('\\', '/');

const line = (file: string, { line: at, text, section }: Remark, io: Io): string =>
  `  ${shown(file, io)}:${at}: ${text}\n    ${linkTo(section, io)}`;

const linkTo = (section: Section, { page = 'docs/migrate/axios-auth-refresh.md' }: Io): string =>
  `${page}#${section}`;

/** Other files that read or write what the tokens were kept under. */
function readers(results: readonly Result[]): { readonly file: string; readonly remark: Remark }[] {
  const keys = new Set(
    results
      .flatMap(({ migration }) => (migration.outcome === 'moved' ? migration.keys : []))
      .map((key) => unquoted(key)),
  );
  if (keys.size === 0) return [];
  return results
    .filter(({ migration }) => migration.outcome === 'untouched')
    .flatMap(({ file, source }) =>
      source.split('\n').flatMap((text, index) =>
        [...text.matchAll(/(?:local|session)Storage\.(?:get|set|remove)Item\(\s*([^,)]+)/g)]
          .filter(([, key = '']) => keys.has(unquoted(key)))
          .map(([call]) => ({
            file,
            remark: {
              line: index + 1,
              text: `\`${call}\`: the tokens are in the manager now`,
              section: 'which-store-replaces-what' as const,
            },
          })),
      ),
    );
}

const unquoted = (key: string): string => key.trim().replace(/^(['"`])(.*)\1$/, '$2');
