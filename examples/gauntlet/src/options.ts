import { parseArgs } from 'node:util';
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

export type Command =
  | { readonly kind: 'run'; readonly options: Options }
  | { readonly kind: 'help' }
  | { readonly kind: 'mistake'; readonly message: string };

/** Reads the command line. A mistake comes back as a sentence that says what to write instead. */
export function parseOptions(
  args: readonly string[],
  known: { readonly contenders: readonly string[]; readonly scenarios: readonly string[] },
): Command {
  try {
    const { values } = parseArgs({
      args: [...args],
      allowPositionals: false,
      options: {
        only: { type: 'string' },
        scenarios: { type: 'string' },
        retry: { type: 'string' },
        short: { type: 'boolean' },
        record: { type: 'boolean' },
        report: { type: 'string' },
        json: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
    if (values.help) return { kind: 'help' };
    const only = listOf('--only', values.only, known.contenders);
    const scenarios = listOf('--scenarios', values.scenarios, known.scenarios);
    const wanted = listOf('--retry', values.retry, RETRIES);
    const retry = wanted && RETRIES.filter((place) => wanted.includes(place));
    if (values.report === '') throw new Mistake('--report: expected the path of a file to write');
    const { short = false, record = false, json = false, report } = values;
    return { kind: 'run', options: { only, scenarios, retry, short, record, json, report } };
  } catch (error) {
    if (error instanceof Mistake) return { kind: 'mistake', message: error.message };
    // parseArgs explains unknown options and missing values well; its first sentence is the one that matters.
    if (isParseArgsError(error))
      return { kind: 'mistake', message: error.message.split('. ')[0] ?? error.message };
    throw error;
  }
}

class Mistake extends Error {}

function listOf(
  option: string,
  text: string | undefined,
  known: readonly string[],
): readonly string[] | undefined {
  if (text === undefined) return undefined;
  const wanted = text.split(',').map((id) => id.trim());
  const unknown = wanted.find((id) => !known.includes(id));
  if (unknown === undefined) return wanted;
  throw new Mistake(
    `${option}: there is no "${unknown}"; expected one or more of ${known.join(', ')}`,
  );
}

// By shape: an error of Node's own need not be an instance of this realm's Error.
function isParseArgsError(error: unknown): error is { readonly message: string } {
  if (typeof error !== 'object' || error === null || !('code' in error) || !('message' in error))
    return false;
  return (
    typeof error.code === 'string' &&
    error.code.startsWith('ERR_PARSE_ARGS') &&
    typeof error.message === 'string'
  );
}
