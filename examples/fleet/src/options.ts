import { type Command, commandOf, wholeNumber } from '@unexpired/example-command-line';

/** What a person may ask of the example. */
export interface Options {
  readonly workers: number;
  readonly sessions: number;
  readonly seconds: number;
}

const WORKERS = [1, 100] as const;
const SESSIONS = [1, 5000] as const;
const SECONDS = [1, 3600] as const;

export const HELP = `Usage: npm run example:fleet [-- options]

Many workers, each a process of its own, use many sessions in one Redis, which it starts, on a server that ends
a session when a refresh token comes twice.

      --workers N    ${WORKERS.join(' to ')} (default 16)
      --sessions N   ${SESSIONS.join(' to ')} (default 20)
      --seconds N    for how long, ${SECONDS.join(' to ')} (default 10)
  -h, --help         this text

Exit status: 0 when every request was answered, no refresh token came twice and a sign-out left no token in
Redis; 1 when not, or when the run itself failed; 2 for a mistake in the options.
`;

/** Reads the command line. A mistake comes back as a sentence. */
export function parseOptions(args: readonly string[]): Command<Options> {
  return commandOf(
    args,
    {
      workers: { type: 'string', default: '16' },
      sessions: { type: 'string', default: '20' },
      seconds: { type: 'string', default: '10' },
    },
    (values) => ({
      workers: wholeNumber('--workers', values.workers, WORKERS),
      sessions: wholeNumber('--sessions', values.sessions, SESSIONS),
      seconds: wholeNumber('--seconds', values.seconds, SECONDS),
    }),
  );
}
