import { type Html, html, trusted } from '@unexpired/example-contenders/html';
import type { Contender } from '@unexpired/example-contenders/contender';
import { type Cell, find, type Row, verdictOf } from '../cells.ts';
import type { Scenario } from '../scenario.ts';
import { cellMark, cellText, MARKS, rowName, ruleText } from '../words.ts';
import type { Run } from './run.ts';

interface Story extends Run {
  readonly versions: string;
  readonly style: string;
  readonly sources: readonly { readonly contender: Contender; readonly source: string }[];
}

/** One HTML file that needs nothing else: no network, no script, no other file. */
export function htmlPage({ rows, scenarios, cells, sources, versions, style }: Story): string {
  const at: Find = (row, scenario) => find(cells, row, scenario);
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="color-scheme" content="light dark">
<title>The gauntlet · Unexpired</title>
<style>${trusted(style)}</style>
</head>
<body>
<a class="skip" href="#scenarios">Skip to the scenarios</a>
<main>
<h1>The gauntlet</h1>
<p>${rows.length} ways to keep tokens fresh, ${scenarios.length} scenarios, each cell in a process of its own, on a loopback server whose refresh tokens rotate and may be used once. A cell shows the refreshes that the server counted, and how many of the requests were answered; it passes or not by the one rule of its scenario.</p>
<ul class="legend"><li><b class="passed">✓</b> passes</li><li><b class="broken">✗</b> does not</li><li><b class="without">–</b> does not apply</li></ul>
${matrix(rows, scenarios, at)}
<section id="scenarios"><h2>Scenario by scenario</h2>
${scenarios.map((scenario, index) => scenarioCard(scenario, index, rows, at))}</section>
<section><h2>How each is set up</h2>
${sources.map(setUp)}</section>
<p class="faint">${versions}.</p>
</main>
</body>
</html>
`;
  return page.markup;
}

type Find = (row: Row, scenario: Scenario) => Cell | undefined;

function matrix(rows: readonly Row[], scenarios: readonly Scenario[], at: Find): Html {
  return html`<div class="matrix" tabindex="0" role="region" aria-label="All cells"><table>
<thead><tr><th scope="col">Contender</th>${scenarios.map(({ id, name }) => html`<th scope="col"><a href="#${id}">${name}</a></th>`)}</tr></thead>
<tbody>
${rows.map(
  (row) =>
    html`<tr${row.contender.ours ? html` class="ours"` : ''}><th scope="row"${row.retry === undefined ? '' : html` class="variant"`}>${row.retry === undefined ? row.contender.name : `axios-retry ${row.retry}`}</th>${scenarios.map((scenario) => matrixCell(at(row, scenario)))}</tr>
`,
)}</tbody>
</table></div>`;
}

function matrixCell(cell: Cell | undefined): Html {
  if (cell === undefined) return html`<td></td>`;
  const verdict = verdictOf(cell);
  return html`<td class="${verdict}" title="${cellText(cell)}"><b>${MARKS[verdict]}</b> ${cellMark(cell)}</td>`;
}

function scenarioCard(scenario: Scenario, index: number, rows: readonly Row[], at: Find): Html {
  return html`<article id="${scenario.id}">
<h3>${index + 1}. ${scenario.name}</h3>
<p>${scenario.what}</p>
<p class="rule">Passes with: ${ruleText(scenario)}.</p>
<ul class="rows">
${rows.map((row) => {
  const cell = at(row, scenario);
  if (cell === undefined) return html``;
  const verdict = verdictOf(cell);
  return html`<li class="${verdict}"><b aria-label="${LABELS[verdict]}">${MARKS[verdict]}</b><span class="who">${rowName(row)}</span><span>${cellText(cell)}${cell.broken.length === 0 ? '' : html` <em>Not: ${cell.broken.join(', ')}.</em>`}</span></li>
`;
})}</ul>
</article>
`;
}

const LABELS = { passed: 'passes', broken: 'does not pass', without: 'does not apply' } as const;

function setUp({ contender, source }: Story['sources'][number]): Html {
  return html`<details id="set-up-${contender.id}"><summary>${contender.name}</summary>
<p>${contender.about} Its documentation: <cite>${contender.docs}</cite></p>
<pre>${source}</pre>
</details>
`;
}
