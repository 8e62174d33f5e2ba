import { parseArgs } from 'node:util';

/** What a person may ask of the example. */
export interface Options {
  /** Processes on one credentials file. */
  readonly processes: number;
}

export type Command =
  | { readonly kind: 'run'; readonly options: Options }
  | { readonly kind: 'help' }
  | { readonly kind: 'mistake'; readonly message: string };

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
export function parseOptions(args: readonly string[]): Command {
  const mistake = (message: string): Command => ({ kind: 'mistake', message });
  try {
    const { values } = parseArgs({
      args: [...args],
      allowPositionals: false,
      options: {
        processes: { type: 'string', default: '4' },
        help: { type: 'boolean', short: 'h' },
      },
    });
    if (values.help) return { kind: 'help' };
    const processes = /^\d+$/.test(values.processes) ? Number(values.processes) : 0;
    if (processes >= 2 && processes <= MOST_PROCESSES)
      return { kind: 'run', options: { processes } };
    return mistake(
      `--processes: expected a whole number from 2 to ${MOST_PROCESSES}, got "${values.processes}"`,
    );
  } catch (error) {
    // parseArgs explains unknown options and missing values well; its first sentence is the one that matters.
    const { code, message } = Object(error) as {
      readonly code?: unknown;
      readonly message?: unknown;
    };
    if (String(code).startsWith('ERR_PARSE_ARGS'))
      return mistake(String(message).split('. ')[0] as string);
    throw error;
  }
}
