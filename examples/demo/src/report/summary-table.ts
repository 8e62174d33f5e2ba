import type { Result } from '../result.ts';
import { count, wallTimeText } from '../texts.ts';
import { type Html, html } from '@unexpired/example-contenders/html';

/** The table of the terminal, for the page. On a narrow screen every row becomes a block; hence the labels in the cells. */
export function summaryTable(results: readonly Result[]): Html {
  return html`<div class="table"><table>
<caption>What the servers counted</caption>
<thead><tr><th scope="col">Contender</th><th scope="col">Token-endpoint calls</th><th scope="col">Reuse detections</th><th scope="col">Session</th><th scope="col">Succeeded</th><th scope="col">Failed</th><th scope="col">Wall time</th></tr></thead>
<tbody>
${results.map(rowOf)}</tbody>
</table></div>`;
}

function rowOf(result: Result): Html {
  const { tokenEndpointCalls, reuseDetections, session, succeeded, failed } = result;
  return html`<tr${result.ours ? html` class="ours"` : ''}><th scope="row"><a href="#${result.id}">${result.name}</a></th>${[
    cell('Token-endpoint calls', count(tokenEndpointCalls), tokenEndpointCalls === 1),
    cell('Reuse detections', count(reuseDetections), reuseDetections === 0),
    cell('Session', session, session === 'alive'),
    cell('Succeeded', count(succeeded), failed === 0),
    cell('Failed', count(failed), failed === 0),
    cell('Wall time', wallTimeText(result), undefined),
  ]}</tr>
`;
}

/** `good`: `undefined` where neither is. */
function cell(label: string, text: string, good: boolean | undefined): Html {
  if (good === undefined) return html`<td data-label="${label}">${text}</td>`;
  return html`<td data-label="${label}" class="${good ? 'good' : 'bad'}"><span aria-hidden="true">${good ? '✓' : '✗'}</span> ${text}</td>`;
}
