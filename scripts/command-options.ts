import { parseArgs, type ParseArgsConfig } from 'node:util';
import { commandOf, Mistake } from '@unexpired/example-command-line';

type Given = NonNullable<ParseArgsConfig['options']>;
type Parsed<T extends Given> = ReturnType<
  typeof parseArgs<{ options: T; allowPositionals: boolean }>
>;

/**
 * What `read` makes of the options that this script was given. `--help` prints `usage`, and a mistake is a sentence, with the
 * exit status 2: both end the process.
 */
export function optionsOf<const T extends Given, Options>(
  usage: string,
  options: T,
  read: (values: Parsed<T>['values'], names: readonly string[]) => Options,
  { takesNames = false }: { readonly takesNames?: boolean } = {},
): Options {
  const command = commandOf<{ readonly all: Options }>(() => {
    const config = { options, allowPositionals: takesNames };
    if (process.argv.slice(2).some((arg) => arg === '--help' || arg === '-h')) return 'help';
    const { values, positionals } = parseArgs(config);
    return { all: read(values, positionals) };
  });
  if (command.kind === 'run') return command.options.all;
  const isHelp = command.kind === 'help';
  const [stream, text] = isHelp
    ? [process.stdout, `Usage: ${usage}\n`]
    : [process.stderr, `${command.message}\nUsage: ${usage.split('\n')[0]}\n`];
  stream.write(text);
  process.exit(isHelp ? 0 : 2);
}

/** The names that were given, or all of them where none was; a {@link Mistake} where one is unknown. `kind`: what they name. */
export function chosenOf(
  kind: string,
  given: readonly string[],
  known: readonly string[],
): readonly string[] {
  const unknown = given.filter((name) => !known.includes(name));
  if (unknown.length > 0)
    throw new Mistake(`There is no ${kind} ${unknown.join(', ')}; there are: ${known.join(', ')}`);
  return given.length > 0 ? given : known;
}
