import { existsSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { root } from '../scripts/workspace.ts';
import { LONGEST, tooLong } from './support/lengths.ts';
import { LONG } from './support/still-to-mend.ts';

/** What is long for a reason that a decision record gives: its name as the test prints it, without the lines, to the record. */
const LONG_BY_DECISION: Readonly<Record<string, string>> = {
  'packages/core/src/manager/flights.ts › createFlights': '0016-one-state-one-factory.md',
  'packages/core/src/manager/manager.ts › managerOf': '0016-one-state-one-factory.md',
  'packages/core/src/manager/pool.ts › createTokenPool': '0016-one-state-one-factory.md',
  'packages/core/src/manager/waiting.ts › createWaiting': '0016-one-state-one-factory.md',
  'packages/core/src/refresh/flight.ts › startFlight': '0016-one-state-one-factory.md',
  'packages/core/src/session/state.ts › createSessionState': '0016-one-state-one-factory.md',
  'packages/core/src/shared/shared-flight.ts › sharedFlight': '0016-one-state-one-factory.md',
  'packages/core/src/shared/shared-flight.ts › the whole file': '0016-one-state-one-factory.md',
  'packages/core/src/shared/shared-store.ts › sharedHome': '0016-one-state-one-factory.md',
  'packages/core/src/shared/sign-in-out.ts › createSignInOut': '0016-one-state-one-factory.md',
  'packages/core/src/shared/store-access.ts › createStoreAccess': '0016-one-state-one-factory.md',
  'packages/core/src/shared/sync.ts › createSync': '0016-one-state-one-factory.md',
  'packages/testing/src/adapter-contract/boundaries.ts › boundaries': '0017-contracts-are-lists.md',
  'packages/testing/src/adapter-contract/frozen.ts › freezing': '0017-contracts-are-lists.md',
  'packages/testing/src/adapter-contract/lifetime.ts › lifetime': '0017-contracts-are-lists.md',
  'packages/testing/src/adapter-contract/refreshing.ts › refreshing': '0017-contracts-are-lists.md',
  'packages/testing/src/adapter-contract/refusals.ts › refusals': '0017-contracts-are-lists.md',
  'packages/testing/src/adapter-contract/targets.ts › targets': '0017-contracts-are-lists.md',
  'packages/testing/src/adapter-contract/watched.ts › watching': '0017-contracts-are-lists.md',
  'packages/testing/src/adapter-contract/whose-header.ts › whoseHeader':
    '0017-contracts-are-lists.md',
  'packages/testing/src/contract-api.ts › startContractApi': '0017-contracts-are-lists.md',
  'packages/testing/src/lock-contract/ending-rules.ts › endingRules': '0017-contracts-are-lists.md',
  'packages/testing/src/server/grants.ts › createGrants': '0017-contracts-are-lists.md',
  'packages/testing/src/server/simulated-server.ts › simulatedServer':
    '0017-contracts-are-lists.md',
};

const long = globSync('packages/*/src/**/*.ts', { cwd: root })
  .map((file) => file.replaceAll('\\', '/'))
  .flatMap((file) =>
    tooLong(readFileSync(path.join(root, file), 'utf8')).map((what) => `${file} › ${what}`),
  )
  .map((what) => what.replace(/: \d+ lines$/, ''))
  .sort();

describe('what is published', () => {
  it(`has no function of more than ${LONGEST.function} lines and no file of more than ${LONGEST.file}, without a record that says why`, () => {
    expect(long).toEqual([...LONG, ...Object.keys(LONG_BY_DECISION)].sort());
  });

  it('has that record in docs/decisions', () => {
    const records = Object.values(LONG_BY_DECISION);
    expect(records.filter((file) => !existsSync(path.join(root, 'docs/decisions', file)))).toEqual(
      [],
    );
  });
});

it('the README is not over 200 lines', () => {
  const lines = readFileSync(path.join(root, 'README.md'), 'utf8').trimEnd().split('\n');
  expect(lines.length).toBeLessThanOrEqual(200);
});

describe('a length is', () => {
  const body = (lines: number): string => '  a();\n'.repeat(lines - 2);

  it.each([
    ['a function’s', `export function one() {\n${body(81)}}`, ['one: 81 lines']],
    ['an arrow’s, by its constant', `const one = () => {\n${body(81)}};`, ['one: 81 lines']],
    ['a method’s', `const a = {\n  one() {\n${body(81)}},\n};`, ['one: 81 lines']],
    ['a property’s', `const a = {\n  one: async () => {\n${body(81)}},\n};`, ['one: 81 lines']],
    ['a class method’s', `class A {\n  one() {\n${body(81)}}\n}`, ['one: 81 lines']],
    ['a private method’s', `class A {\n  #one() {\n${body(81)}}\n}`, ['one: 81 lines']],
    ['a nameless function’s', `call(() => {\n${body(81)}});`, ['nameless: 81 lines']],
    [
      'with what is inside',
      `function one() {\n  const two = () => {\n${body(81)}};\n}`,
      ['one: 83 lines', 'one › two: 81 lines'],
    ],
    [
      'counted in a text that is not ASCII',
      `// “é”\nfunction one() {\n${body(81)}}`,
      ['one: 81 lines'],
    ],
    ['a file’s', 'a();\n'.repeat(251), ['the whole file: 251 lines']],
  ])('%s', (_name, code, found) => {
    expect(tooLong(code)).toEqual(found);
  });

  it('fine as long as it may be', () => {
    expect(tooLong(`function one() {\n${body(80)}}\n${'a();\n'.repeat(170)}`)).toEqual([]);
  });
});
