import { type Command, commandOf, wholeNumber } from '@unexpired/example-command-line';

/** What a person may ask of the example. */
export interface Options {
  /** Processes on one credentials file. */
  readonly processes: number;
}

const MOST_PROCESSES = 16;

export const HELP = `Usage: npm run example:mcp [-- options]

Hosts of three MCP servers sign in, in a real Chromium, and share one credentials file. Then calls meet an
expired token, in one process and in several, with the SDK's own provider beside @unexpired/mcp.

      --processes N   processes on one credentials file, 2 to ${MOST_PROCESSES} (default 4)
  -h, --help          this text

Exit status: 0 when every call of ours was answered with one refresh, and each server was signed in to once;
1 when not, or when the run itself failed; 2 for a mistake in the options.
`;

/** Reads the command line. A mistake comes back as a sentence. */
export function parseOptions(args: readonly string[]): Command<Options> {
  return commandOf(
    args,
    {
      processes: { type: 'string', default: '4' },
    },
    (values) => ({ processes: wholeNumber('--processes', values.processes, [2, MOST_PROCESSES]) }),
  );
}
