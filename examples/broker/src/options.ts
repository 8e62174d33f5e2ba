import { parseArgs } from 'node:util';

/** What a person may ask of the example. */
export interface Options {
  readonly seconds: number;
}

export type Command =
  | { readonly kind: 'run'; readonly options: Options }
  | { readonly kind: 'help' }
  | { readonly kind: 'mistake'; readonly message: string };

const LIMITS = { least: 5, most: 3600 };

export const HELP = `Usage: npm run example:broker [-- options]

Two apps and a worker, each a process of its own, share one connection to a provider through the token broker.
The provider is a real one (oidc-provider), and ends the connection when a refresh token comes twice.

      --seconds N   for how long, ${LIMITS.least} to ${LIMITS.most} (default 10)
  -h, --help        this text

Exit status: 0 when every request was answered and no refresh token came twice; 1 when not, or when the run
itself failed; 2 for a mistake in the options.
`;

/** Reads the command line. A mistake comes back as a sentence. */
export function parseOptions(args: readonly string[]): Command {
  const mistake = (message: string): Command => ({ kind: 'mistake', message });
  try {
    const { values } = parseArgs({
      args: [...args],
      allowPositionals: false,
      options: {
        seconds: { type: 'string', default: '10' },
        help: { type: 'boolean', short: 'h' },
      },
    });
    if (values.help) return { kind: 'help' };
    const seconds = /^\d+$/.test(values.seconds) ? Number(values.seconds) : 0;
    if (seconds >= LIMITS.least && seconds <= LIMITS.most)
      return { kind: 'run', options: { seconds } };
    return mistake(
      `--seconds: expected a whole number from ${LIMITS.least} to ${LIMITS.most}, got "${values.seconds}"`,
    );
  } catch (error) {
    // parseArgs explains unknown options and missing values well; its first sentence is the one that matters.
    const { code, message } = Object(error) as { code?: unknown; message?: unknown };
    if (String(code).startsWith('ERR_PARSE_ARGS'))
      return mistake(String(message).split('. ')[0] as string);
    throw error;
  }
}
