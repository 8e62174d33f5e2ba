import { parseArgs, type ParseArgsConfig } from 'node:util';

/** What a person wants of a program. */
export type Command<Options> =
  | { readonly kind: 'run'; readonly options: Options }
  | { readonly kind: 'help' }
  | { readonly kind: 'mistake'; readonly message: string };

/** A mistake of the person who started the program: a sentence that says what to write instead. */
export class Mistake extends Error {}

/** Options as `parseArgs` takes them. */
export type Given = NonNullable<ParseArgsConfig['options']>;

/** Makes of what was given what the program works with. Throws a {@link Mistake}. */
export type Read<T extends Given, Options> = (
  values: ReturnType<typeof parseArgs<{ options: T; allowPositionals: boolean }>>['values'],
  names: readonly string[],
) => Options;

/**
 * What `read` makes of the options, and of the names where the program takes some. `--help` or `-h` anywhere asks for help; a
 * {@link Mistake} and what `parseArgs` throws come back as sentences.
 */
export function commandOf<const T extends Given, Options>(
  args: readonly string[],
  options: T,
  read: Read<T, Options>,
  { takesNames = false }: { readonly takesNames?: boolean } = {},
): Command<Options> {
  if (args.includes('--help') || args.includes('-h')) return { kind: 'help' };
  try {
    const config = { args: [...args], options, allowPositionals: takesNames };
    const { values, positionals } = parseArgs(config);
    return { kind: 'run', options: read(values, positionals) };
  } catch (error) {
    if (error instanceof Mistake) return { kind: 'mistake', message: error.message };
    // parseArgs explains unknown options and missing values well; its first sentence is the one that matters.
    if (isParseArgsError(error))
      return { kind: 'mistake', message: error.message.split('. ')[0] ?? error.message };
    throw error;
  }
}

/** Carries a command out. Returns the exit status: 2 for a mistake, which `run` may find, too. */
export async function carryOut<Options>(
  name: string,
  command: Command<Options>,
  help: () => string,
  run: (options: Options) => Promise<number>,
): Promise<number> {
  try {
    if (command.kind === 'mistake') throw new Mistake(command.message);
    if (command.kind === 'run') return await run(command.options);
    process.stdout.write(help());
    return 0;
  } catch (error) {
    if (!(error instanceof Mistake)) throw error;
    process.stderr.write(`${error.message}\nTry npm run ${name} -- --help\n`);
    return 2;
  }
}

/** A whole number from `least` to `most`. */
export function wholeNumber(
  option: string,
  text: string,
  [least, most]: readonly [number, number],
): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw new Mistake(`${option}: expected a whole number from ${least} to ${most}, got "${text}"`);
}

/** The names of a list with commas; `undefined`: the option was not given. */
export function listOf(
  option: string,
  text: string | undefined,
  known: readonly string[],
): readonly string[] | undefined {
  if (text === undefined) return undefined;
  const wanted = text.split(',').map((id) => id.trim());
  const unknown = wanted.find((id) => !known.includes(id));
  if (unknown === undefined) return wanted;
  throw new Mistake(
    `${option}: there is no "${unknown}"; expected one or more of ${known.join(', ')}`,
  );
}

// By shape: an error of Node's own need not be an instance of this realm's Error.
function isParseArgsError(error: unknown): error is { readonly message: string } {
  if (typeof error !== 'object' || error === null || !('code' in error) || !('message' in error))
    return false;
  return (
    typeof error.code === 'string' &&
    error.code.startsWith('ERR_PARSE_ARGS') &&
    typeof error.message === 'string'
  );
}
