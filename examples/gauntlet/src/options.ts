import { type Command, commandOf, listOf, Mistake } from '@unexpired/example-command-line';
import { RETRIES } from './cells.ts';

/** What a person may ask of the gauntlet. */
export interface Options {
  /** Ids of contenders and scenarios; `undefined`: all. */
  readonly only: readonly string[] | undefined;
  readonly scenarios: readonly string[] | undefined;
  /** Places of axios-retry; `undefined`: all. */
  readonly retry: readonly (typeof RETRIES)[number][] | undefined;
  readonly short: boolean;
  readonly record: boolean;
  readonly json: boolean;
  readonly report: string | undefined;
}

/** Reads the command line. A mistake comes back as a sentence that says what to write instead. */
export function parseOptions(
  args: readonly string[],
  known: { readonly contenders: readonly string[]; readonly scenarios: readonly string[] },
): Command<Options> {
  return commandOf(
    args,
    {
      only: { type: 'string' },
      scenarios: { type: 'string' },
      retry: { type: 'string' },
      short: { type: 'boolean' },
      record: { type: 'boolean' },
      report: { type: 'string' },
      json: { type: 'boolean' },
    },
    (values) => {
      const only = listOf('--only', values.only, known.contenders);
      const scenarios = listOf('--scenarios', values.scenarios, known.scenarios);
      const wanted = listOf('--retry', values.retry, RETRIES);
      const retry = wanted && RETRIES.filter((place) => wanted.includes(place));
      if (values.report === '') throw new Mistake('--report: expected the path of a file to write');
      const { short = false, record = false, json = false, report } = values;
      return { only, scenarios, retry, short, record, json, report };
    },
  );
}
