import {
  type Command,
  commandOf,
  listOf,
  Mistake,
  wholeNumber,
} from '@unexpired/example-command-line';
import { SCENARIOS, type Scenario } from './scenario.ts';

/** What a person may ask of the demo. */
export interface Options {
  readonly requests: number;
  readonly scenario: Scenario;
  /** Ids of contenders; `undefined`: all. */
  readonly only: readonly string[] | undefined;
  readonly json: boolean;
  /** Writes the README's table, which is of 100 requests of each. */
  readonly record: boolean;
  readonly report: string | undefined;
}

export const DEFAULT_REQUESTS = 100;
export const MOST_REQUESTS = 10_000;

/** Reads the command line. A mistake comes back as a sentence that says what to write instead. */
export function parseOptions(args: readonly string[], ids: readonly string[]): Command<Options> {
  return commandOf(
    args,
    {
      requests: { type: 'string', short: 'n' },
      scenario: { type: 'string' },
      only: { type: 'string' },
      report: { type: 'string' },
      json: { type: 'boolean' },
      record: { type: 'boolean' },
    },
    (values) => {
      const requests = wholeNumber('--requests', values.requests ?? String(DEFAULT_REQUESTS), [
        1,
        MOST_REQUESTS,
      ]);
      const scenario = scenarioOf(values.scenario);
      const only = listOf('--only', values.only, ids);
      if (values.report === '') throw new Mistake('--report: expected the path of a file to write');
      const { json = false, record = false, report } = values;
      if (record && (only !== undefined || scenario !== 'expired' || requests !== DEFAULT_REQUESTS))
        throw new Mistake(
          '--record: the table in the README is of all contenders, with an expired token and 100 requests each',
        );
      return { requests, scenario, only, json, record, report };
    },
  );
}

function scenarioOf(text: string | undefined): Scenario {
  if (text === undefined) return 'expired';
  const scenario = SCENARIOS.find((known) => known === text);
  if (scenario) return scenario;
  throw new Mistake(`--scenario: expected ${SCENARIOS.join(' or ')}, got "${text}"`);
}
