import { brokenRules, type Result } from '../result.ts';
import type { Scenario } from '../scenario.ts';
import { cardOf, type Entry } from './card.ts';
import { type Html, html, json, trusted } from '@unexpired/example-contenders/html';
import { type OutcomeInWords, summarize } from './summary.ts';
import { summaryTable } from './summary-table.ts';

/** Everything a report shows. */
export interface Story {
  readonly requests: number;
  readonly scenario: Scenario;
  readonly sockets: number;
  /** What the servers were told to take, in ms. */
  readonly latency: {
    readonly token: number;
    readonly api: { readonly from: number; readonly to: number };
  };
  readonly versions: string;
  readonly contenders: readonly Entry[];
}

/** Style sheet and script, which the page carries in itself. */
export interface Assets {
  readonly style: string;
  readonly script: string;
}

/** One HTML file that needs nothing else: no network, no other file. */
export function renderPage(story: Story, assets: Assets): string {
  const results = story.contenders.map(({ result }) => result);
  const { headline, opening, outcomes } = summarize(results, story.requests, story.scenario);
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<meta name="color-scheme" content="light dark">
<title>${headline} · Unexpired</title>
<style>${trusted(assets.style)}</style>
</head>
<body>
<a class="skip" href="#pictures">Skip to the pictures</a>
<header>
<p class="brand">Unexpired <span>demo</span></p>
<button type="button" data-theme-toggle>Theme</button>
</header>
<main>
<section class="lead">
<h1>${headline}</h1>
${verdict(results)}
<p>${opening}</p>
<ul class="outcomes">
${outcomes.map(outcomeLine)}</ul>
</section>
${summaryTable(results)}
<section id="pictures" aria-labelledby="pictures-title">
<h2 id="pictures-title">Request by request</h2>
<p>Each lane is one request, from the moment it was asked for to its caller's answer. Redemptions of the refresh token are drawn across the lanes.</p>
${legend()}
${controls(story.contenders)}
<div class="columns">
${column(
  'What people use today',
  story.contenders.filter(({ contender }) => !contender.ours),
)}
${column(
  'Unexpired',
  story.contenders.filter(({ contender }) => contender.ours),
)}
</div>
</section>
${method(story)}
</main>
<script type="application/json" id="timelines">${json(Object.fromEntries(story.contenders.map(({ contender, timeline }) => [contender.id, timeline])))}</script>
<script>${trusted(assets.script)}</script>
</body>
</html>
`;
  return page.markup;
}

function verdict(results: readonly Result[]): Html {
  const ours = results.filter((result) => result.ours);
  if (ours.length === 0) return html``;
  const held = ours.every((result) => brokenRules(result).length === 0);
  return held
    ? html`<p class="verdict good"><span aria-hidden="true">✓</span> Every promise held: 1 refresh, 0 reuse detections, all requests answered.</p>`
    : html`<p class="verdict bad"><span aria-hidden="true">✗</span> A promise was broken in this run.</p>`;
}

function outcomeLine({ good, text }: OutcomeInWords): Html {
  return html`<li><span class="${good ? 'good' : 'bad'}" aria-hidden="true">${good ? '✓' : '✗'}</span><span>${text}</span></li>\n`;
}

function legend(): Html {
  return html`<ul class="legend" aria-label="Legend">
<li><i class="key waiting"></i>waiting, or queued for a new token</li>
<li><i class="key refused"></i>at the API, refused with 401</li>
<li><i class="key answered"></i>at the API, answered with 200</li>
<li><i class="key replay"></i>notch: sent again</li>
<li><i class="key refresh"></i>refresh token redeemed</li>
<li><i class="key failed"></i>redemption refused, request failed</li>
<li><i class="key revoked"></i>session revoked</li>
</ul>`;
}

function controls(entries: readonly Entry[]): Html {
  return html`<fieldset class="controls choices">
<legend>Show</legend>
${entries.map(({ contender }) => html`<label class="check"><input type="checkbox" data-choice value="${contender.id}" checked> ${contender.name}</label>\n`)}
</fieldset>
<div class="controls playback" role="group" aria-label="Time">
<button type="button" class="primary" data-play>Play in slow motion</button>
<label class="moment">Moment <input type="range" min="0" max="1000" value="1000" step="1" data-moment> <output data-moment-text>the end</output></label>
<label class="check"><input type="checkbox" data-same-scale checked> Same time scale for all</label>
</div>`;
}

function column(title: string, entries: readonly Entry[]): Html {
  if (entries.length === 0) return html``;
  return html`<div class="column" data-column><h3>${title}</h3>
${entries.map(cardOf)}</div>`;
}

function method({ sockets, latency, versions }: Story): Html {
  return html`<section class="method">
<h2>How it was counted</h2>
<p>One child process ran oidc-provider, a real authorization server, and a protected API for each contender, on loopback. Every figure but the wall time comes from their own counters; wall time is the callers'. The token endpoint is ${latency.token} ms away, and an API answer takes ${latency.api.from} to ${latency.api.to} ms, the same for every contender. Each had ${sockets} sockets to each server and a session of its own, after a short rehearsal that is not shown.</p>
<p>${versions}</p>
</section>`;
}
