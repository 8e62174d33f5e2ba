import { type Command, commandOf, wholeNumber } from '@unexpired/example-command-line';

/** What a person may ask of the example. */
export interface Options {
  readonly processes: number;
  readonly seconds: number;
}

const PROCESSES = [1, 200] as const;
const SECONDS = [1, 3600] as const;

export const HELP = `Usage: npm run example:cli [-- options]

Many processes of one command-line tool use one credentials file, on a server that ends the session when a
refresh token comes twice.

      --processes N   of the tool, ${PROCESSES.join(' to ')} (default 16)
      --seconds N     for how long, ${SECONDS.join(' to ')} (default 10)
  -h, --help          this text

Exit status: 0 when every request was answered, no refresh token came twice and the other settings in the file
are as they were; 1 when not, or when the run itself failed; 2 for a mistake in the options.
`;

/** Reads the command line. A mistake comes back as a sentence. */
export function parseOptions(args: readonly string[]): Command<Options> {
  return commandOf(
    args,
    {
      processes: { type: 'string', default: '16' },
      seconds: { type: 'string', default: '10' },
    },
    (values) => ({
      processes: wholeNumber('--processes', values.processes, PROCESSES),
      seconds: wholeNumber('--seconds', values.seconds, SECONDS),
    }),
  );
}
