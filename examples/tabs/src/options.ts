import { type Command, commandOf, Mistake, wholeNumber } from '@unexpired/example-command-line';

/** What a person may ask of the example. */
export interface Options {
  /** The port to listen on; 0: any free one. */
  readonly port: number;
}

export const HELP = `Usage: npm run example:tabs [-- options]

Serves a page to open in several tabs, on a server that ends the session when a refresh token comes twice. Runs
until Ctrl-C.

      --port N   where to listen on this machine, 0 to 65535 (default 0: any free port)
  -h, --help     this text

Exit status: 0 when it was ended; 2 for a mistake in the options, such as a port that is taken.
`;

/** Reads the command line. A mistake comes back as a sentence. */
export function parseOptions(args: readonly string[]): Command<Options> {
  return commandOf(
    args,
    {
      port: { type: 'string', default: '0' },
    },
    (values) => ({ port: wholeNumber('--port', values.port, [0, 65_535]) }),
  );
}

/** What kept the server from listening on `port`: a mistake where another one would do. */
export function portMistake(port: number, error: unknown): unknown {
  const { code } = Object(error) as { readonly code?: unknown };
  if (code !== 'EADDRINUSE' && code !== 'EACCES') return error;
  return new Mistake(`--port: cannot listen on ${port} (${code})`, { cause: error });
}
