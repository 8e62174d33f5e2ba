import { type Command, commandOf, wholeNumber } from '@unexpired/example-command-line';

/** What a person may ask of the example. */
export interface Options {
  readonly seconds: number;
}

const LIMITS = [5, 3600] as const;

export const HELP = `Usage: npm run example:broker [-- options]

Two apps and a worker, each a process of its own, share one connection to a provider through the token broker.
The provider is a real one (oidc-provider), and ends the connection when a refresh token comes twice.

      --seconds N   for how long, ${LIMITS.join(' to ')} (default 10)
  -h, --help        this text

Exit status: 0 when every request was answered and no refresh token came twice; 1 when not, or when the run
itself failed; 2 for a mistake in the options.
`;

/** Reads the command line. A mistake comes back as a sentence. */
export function parseOptions(args: readonly string[]): Command<Options> {
  return commandOf(
    args,
    {
      seconds: { type: 'string', default: '10' },
    },
    (values) => ({ seconds: wholeNumber('--seconds', values.seconds, LIMITS) }),
  );
}
