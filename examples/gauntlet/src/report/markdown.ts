import { type Cell, find, type Row, verdictOf } from '../cells.ts';
import type { Scenario } from '../scenario.ts';
import { cellText, MARKS, rowName, ruleText } from '../words.ts';
import type { Recorded } from './run.ts';

/** docs/gauntlet.md. */
export function markdownPage({
  rows: all,
  scenarios,
  cells,
  versions,
}: Recorded & { readonly rows: readonly Row[]; readonly scenarios: readonly Scenario[] }): string {
  const rows = all.filter((row) => scenarios.some((scenario) => find(cells, row, scenario)));
  const at = (row: Row, scenario: Scenario): Cell | undefined => find(cells, row, scenario);
  const mark = (row: Row, scenario: Scenario): string => {
    const cell = at(row, scenario);
    return cell === undefined ? '' : MARKS[verdictOf(cell)];
  };
  const named = (row: Row): string => (row.contender.ours ? `**${rowName(row)}**` : rowName(row));
  const passed = (row: Row): string => {
    const own = scenarios.flatMap((scenario) => at(row, scenario) ?? []);
    const applies = own.filter((cell) => verdictOf(cell) !== 'without');
    return `${applies.filter((cell) => verdictOf(cell) === 'passed').length} of ${applies.length}`;
  };
  const summary = [
    `| | ${scenarios.map((_, index) => index + 1).join(' | ')} | passed |`,
    `|---|${scenarios.map(() => '---').join('|')}|---|`,
    ...rows.map(
      (row) =>
        `| ${named(row)} | ${scenarios.map((scenario) => mark(row, scenario)).join(' | ')} | ${passed(row)} |`,
    ),
  ];
  const sections = scenarios.flatMap((scenario, index) => [
    `## ${index + 1}. ${capital(scenario.name)}`,
    '',
    scenario.what,
    '',
    `Passes with: ${ruleText(scenario)}.`,
    '',
    '| | | |',
    '|---|---|---|',
    ...rows.flatMap((row) => {
      const cell = at(row, scenario);
      return cell === undefined
        ? []
        : [`| ${MARKS[verdictOf(cell)]} | ${named(row)} | ${cellText(cell)} |`];
    }),
    '',
  ]);
  const contenders = [...new Set(rows.map(({ contender }) => contender))];
  const setUps = contenders.map(
    ({ name, about, docs, source, ours }) =>
      `| ${ours ? `**${name}**` : name} | ${about} | [as set up](../examples/contenders/${source.href.split('/examples/contenders/')[1]}) | ${docs.startsWith('http') ? `[its documentation](${docs})` : `[${docs}](../${docs})`} |`,
  );
  return `${HEAD}
${summary.join('\n')}

${scenarios.map(({ name }, index) => `${index + 1} [${name}](#${anchor(index, name)})`).join(' · ')}

${versions}.

## The contenders

| | | | |
|---|---|---|---|
${setUps.join('\n')}

${sections.join('\n')}`;
}

const HEAD = `# The gauntlet

The same scenarios for us and for others, on a loopback server whose refresh tokens rotate and may be used once: a reuse ends the session.
Each cell is a process of its own. Refreshes, reuses and the session are the server's own account; a cell passes or not by the one
rule that stands with its scenario. \`npm run gauntlet\` plays it all; this page is what \`npm run gauntlet -- --record\` saw last,
and a test plays our own cells again and compares.

Each contender is set up as its own documentation has it. Where a choice was open it is the one that passes more: hand-written code
signs out only when the token endpoint refuses the refresh token, not on every error. Contenders on axios are also played with
axios-retry inside and outside of their interceptors; such rows stand here where they were recorded. ✓ passes, ✗ does not, – does not
apply. Recorded in one run on two quiet cores, but for the outage, which was recorded in a run of its own.

In the outage connections are refused, as by a server that is not there: no refresh token can have been spent, and ours try again after
4 s at the most. Where an outage lets requests through and cuts them or answers 503, ours leave the endpoint alone for up to a minute
([R11](protocol.md#the-rules)), so that no token is spent for nothing, and the first answer after it may take as long; most
others ask with each request, in an outage too.
`;

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** As GitHub makes them of headings. */
const anchor = (index: number, name: string): string =>
  `${index + 1}-${name
    .toLowerCase()
    .replace(/[^a-z0-9 -]/g, '')
    .replaceAll(' ', '-')}`;
