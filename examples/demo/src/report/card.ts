import type { Contender } from '@unexpired/example-contenders/contender';
import type { Result } from '../result.ts';
import { count, plural } from '../texts.ts';
import { type Html, html } from '@unexpired/example-contenders/html';
import type { Timeline } from './timeline.ts';

/** A contender, and what became of it. */
export interface Entry {
  readonly contender: Pick<Contender, 'id' | 'name' | 'about' | 'ours'>;
  readonly result: Result;
  readonly timeline: Timeline;
  /** The contender's source file, for a reader who wants to know what was run. */
  readonly source: string;
}

/** One contender: its picture, and what lies behind it. */
export function cardOf({ contender, result, source }: Entry): Html {
  const requests = result.succeeded + result.failed;
  return html`<article class="card" id="${contender.id}" aria-labelledby="${contender.id}-name">
<h4 id="${contender.id}-name">${contender.name}</h4>
<p class="about">${contender.about}</p>
<ul class="facts">
${fact(result.tokenEndpointCalls === 1, plural(result.tokenEndpointCalls, 'token-endpoint call'))}
${fact(result.session === 'alive', `session ${result.session}`)}
${fact(result.failed === 0, `${count(result.succeeded)} of ${count(requests)} answered`)}
</ul>
<canvas tabindex="0" role="slider" aria-orientation="vertical" aria-label="Requests of ${contender.name}" aria-valuemin="1" aria-valuemax="${requests}" aria-valuenow="1" aria-valuetext="Arrow keys go from request to request"></canvas>
<p class="tally" data-tally></p>
<p class="story" data-story>Point at a lane, or focus the picture and use the arrow keys, to read one request's story.</p>
<details><summary>Counters and code</summary>
${counters(result)}
<pre tabindex="0" aria-label="Source of ${contender.name}"><code>${source}</code></pre>
</details>
</article>
`;
}

function fact(good: boolean, text: string): Html {
  return html`<li class="${good ? 'good' : 'bad'}"><span aria-hidden="true">${good ? '✓' : '✗'}</span> ${text}</li>`;
}

function counters({
  api,
  rotations,
  tokenEndpointConnections,
  failures,
  callersServed,
}: Result): Html {
  return html`<dl>
${row('Requests that reached the API', count(api.requests))}
${row('of them refused with 401', count(api.unauthorized))}
${row('Refresh tokens rotated', count(rotations))}
${row('Callers that got their answer', count(callersServed))}
${row('TCP connections to the API', `${count(api.connections.opened)}, at most ${count(api.connections.atOnce)} at once`)}
${row('TCP connections to the token endpoint', `${count(tokenEndpointConnections.opened)}, at most ${count(tokenEndpointConnections.atOnce)} at once`)}
${Object.entries(failures).map(([failure, times]) => row(`Failed: ${failure}`, count(times)))}
</dl>`;
}

function row(name: string, value: string): Html {
  return html`<div><dt>${name}</dt><dd>${value}</dd></div>\n`;
}
