import { parseArgs } from 'node:util';
import { SCENARIOS, type Scenario } from './scenario.ts';

/** What a person may ask of the demo. */
export interface Options {
  readonly requests: number;
  readonly scenario: Scenario;
  /** Ids of contenders; `undefined`: all. */
  readonly only: readonly string[] | undefined;
  readonly json: boolean;
  readonly report: string | undefined;
}

export type Command =
  | { readonly kind: 'run'; readonly options: Options }
  | { readonly kind: 'help' }
  | { readonly kind: 'mistake'; readonly message: string };

export const DEFAULT_REQUESTS = 100;
export const MOST_REQUESTS = 10_000;

/** Reads the command line. A mistake comes back as a sentence that says what to write instead. */
export function parseOptions(args: readonly string[], ids: readonly string[]): Command {
  try {
    const { values } = parseArgs({
      args: [...args],
      allowPositionals: false,
      options: {
        requests: { type: 'string', short: 'n' },
        scenario: { type: 'string' },
        only: { type: 'string' },
        report: { type: 'string' },
        json: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
    if (values.help) return { kind: 'help' };
    const requests = requestsOf(values.requests);
    const scenario = scenarioOf(values.scenario);
    const only = onlyOf(values.only, ids);
    if (values.report === '') throw new Mistake('--report: expected the path of a file to write');
    return {
      kind: 'run',
      options: { requests, scenario, only, json: values.json ?? false, report: values.report },
    };
  } catch (error) {
    if (error instanceof Mistake) return { kind: 'mistake', message: error.message };
    // parseArgs explains unknown options and missing values well; its first sentence is the one that matters.
    if (isParseArgsError(error))
      return { kind: 'mistake', message: error.message.split('. ')[0] ?? error.message };
    throw error;
  }
}

class Mistake extends Error {}

function requestsOf(text: string | undefined): number {
  if (text === undefined) return DEFAULT_REQUESTS;
  const requests = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (requests >= 1 && requests <= MOST_REQUESTS) return requests;
  throw new Mistake(
    `--requests: expected a whole number from 1 to ${MOST_REQUESTS}, got "${text}"`,
  );
}

function scenarioOf(text: string | undefined): Scenario {
  if (text === undefined) return 'expired';
  const scenario = SCENARIOS.find((known) => known === text);
  if (scenario) return scenario;
  throw new Mistake(`--scenario: expected ${SCENARIOS.join(' or ')}, got "${text}"`);
}

function onlyOf(text: string | undefined, ids: readonly string[]): readonly string[] | undefined {
  if (text === undefined) return undefined;
  const wanted = text.split(',').map((id) => id.trim());
  const unknown = wanted.find((id) => !ids.includes(id));
  if (unknown === undefined) return wanted;
  throw new Mistake(
    `--only: there is no contender "${unknown}"; expected one or more of ${ids.join(', ')}`,
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
