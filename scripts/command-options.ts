import { commandOf, type Given, Mistake, type Read } from '@unexpired/example-command-line';

/**
 * What `read` makes of the options that this script was given. `--help` prints `usage`, and a mistake is a sentence, with the
 * exit status 2: both end the process.
 */
export function optionsOf<const T extends Given, Options>(
  usage: string,
  options: T,
  read: Read<T, Options>,
  more?: { readonly takesNames?: boolean },
): Options {
  const command = commandOf(process.argv.slice(2), options, read, more);
  if (command.kind === 'run') return command.options;
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
