import { parseArgs } from 'node:util';
import {
  type Command,
  commandOf,
  listOf,
  Mistake,
} from '@unexpired/example-contenders/command-line';
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

export const DEFAULT_REQUESTS = 100;
export const MOST_REQUESTS = 10_000;

/** Reads the command line. A mistake comes back as a sentence that says what to write instead. */
export function parseOptions(args: readonly string[], ids: readonly string[]): Command<Options> {
  return commandOf(() => {
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
    if (values.help) return 'help';
    const requests = requestsOf(values.requests);
    const scenario = scenarioOf(values.scenario);
    const only = listOf('--only', values.only, ids);
    if (values.report === '') throw new Mistake('--report: expected the path of a file to write');
    return { requests, scenario, only, json: values.json ?? false, report: values.report };
  });
}

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
