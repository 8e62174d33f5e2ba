/** What a person wants of a program. */
export type Command<Options> =
  | { readonly kind: 'run'; readonly options: Options }
  | { readonly kind: 'help' }
  | { readonly kind: 'mistake'; readonly message: string };

/** A mistake of the person who started the program: a sentence that says what to write instead. */
export class Mistake extends Error {}

/** What `read` makes of the command line; a {@link Mistake} and what `parseArgs` throws come back as sentences. */
export function commandOf<Options>(read: () => Options | 'help'): Command<Options> {
  try {
    const options = read();
    return options === 'help' ? { kind: 'help' } : { kind: 'run', options };
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
