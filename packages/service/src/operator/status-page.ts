import { html } from 'hono/html';
import type { HtmlEscapedString } from 'hono/utils/html';
import type { Failure } from './activity.ts';
import type { ProviderRow, Status, UnderWay } from './status.ts';
import { STYLE } from './status-style.ts';

type Html = HtmlEscapedString | Promise<HtmlEscapedString>;

/** The status as a page without a script. The template escapes what is put into it. `nonce`: of its style. */
export function statusPage(status: Status, nonce: string): Html {
  const { now, version, startedAt, ready } = status;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="refresh" content="30">
<title>Unexpired broker: ${ready ? 'ready' : 'not ready'}</title>
<style nonce="${nonce}">${STYLE}</style>
</head>
<body>
<header>
<h1>Unexpired broker</h1>
<p class="${ready ? 'good' : 'bad'} badge">${ready ? 'Ready' : 'Not ready: the database cannot be asked'}</p>
<p class="quiet">Version ${version}, started ${agoOf(startedAt, now)} ago. The page is read anew every 30 s.</p>
</header>
<main>
${figuresOf(status)}
${providersOf(status)}
${sessionsOf(status)}
${underWayOf(status.underWay, now)}
${failuresOf(status.failures, now)}
${replicasOf(status)}
</main>
</body>
</html>`;
}

function figuresOf({ underWay, waiting, notDurable, lockWait }: Status): Html {
  const figures: readonly (readonly [what: string, value: string, bad?: boolean])[] = [
    ['Refreshes under way', String(underWay.length)],
    ['Requests that wait', String(waiting)],
    ['Sessions not stored', String(notDurable), notDurable > 0],
    ['Lease wait, median', `${Math.round(lockWait.median)} ms`],
    ['Lease wait, longest', `${Math.round(lockWait.most)} ms`, lockWait.most > 5000],
  ];
  return html`<dl class="figures">${figures.map(
    ([what, value, bad]) =>
      html`<div${bad === true ? html` class="bad"` : ''}><dt>${what}</dt><dd>${value}</dd></div>`,
  )}</dl>
<p class="quiet">Lease waits are those of the last ${lockWait.of} refreshes.</p>`;
}

function providersOf({ providers, now }: Status): Html {
  return table(
    'Providers',
    ['Provider', 'State', 'Under way', 'Refreshed', 'Failed', 'Ended', 'Last failure'],
    providers.map((provider) => [
      provider.name,
      stateOf(provider),
      ...[provider.underWay, provider.refreshed, provider.failed, provider.ended],
      provider.lastFailure === undefined
        ? html`<span class="quiet">none</span>`
        : html`<code>${provider.lastFailure.code}</code> ${moment(provider.lastFailure.at, now)}`,
    ]),
    'Refreshes since the start of this process',
  );
}

const stateOf = (provider: ProviderRow): Html => {
  if (provider.fleet?.breaker === 'open') return html`<span class="bad badge">Breaker open</span>`;
  if (isFailing(provider)) return html`<span class="bad badge">Failing</span>`;
  return provider.fleet?.breaker === 'recovering'
    ? html`<span class="badge">Recovering</span>`
    : html`<span class="good badge">Fine</span>`;
};

const sessionsOf = ({ providers }: Status): Html =>
  table(
    'Sessions',
    ['Provider', 'Active', 'Ended', 'Signed out', 'Due', 'Due for', 'First expiry'],
    providers.flatMap(({ name, fleet }) => {
      if (fleet === undefined) return [];
      const { sessions, due, lag, leastToExpiry: least } = fleet;
      return [
        [
          ...[name, sessions.active, sessions.ended, sessions.signed_out, due],
          due === 0 ? html`<span class="quiet">none is</span>` : agoOf(0, lag),
          least === undefined ? html`<span class="quiet">none</span>` : inOrAgo(least),
        ],
      ];
    }),
    'Of the whole fleet',
  );

const replicasOf = ({ replicas }: Status): Html =>
  table(
    'Replicas',
    ['Replica', 'Version'],
    (replicas ?? []).map(({ id, version, isThis }) => [
      html`<code>${id}</code>${isThis ? ' (this one)' : ''}`,
      version,
    ]),
    'Heard of in the last 15 s',
  );

const inOrAgo = (ms: number): string => (ms < 0 ? `${agoOf(ms, 0)} ago` : `in ${agoOf(0, ms)}`);

/** Did the last refresh that failed come after the last one that went well? A session that was ended is no failure of its provider. */
const isFailing = ({ lastFailure, lastSuccess }: ProviderRow): boolean =>
  lastFailure !== undefined &&
  lastFailure.code !== 'ERR_SESSION_ENDED' &&
  lastFailure.at > (lastSuccess ?? 0);

const underWayOf = (underWay: readonly UnderWay[], now: number): Html =>
  table(
    'Refreshes under way',
    ['Session', 'Provider', 'Reason', 'Begun'],
    underWay.map(({ session, provider, reason, since }) => [
      html`<code>${session}</code>`,
      provider,
      reason,
      moment(since, now),
    ]),
  );

const failuresOf = (failures: readonly Failure[], now: number): Html =>
  table(
    'Last failures',
    ['When', 'Session', 'Provider', 'Code', 'Not again before'],
    failures.map(({ at, session, provider, code, retryAt }) => [
      moment(at, now),
      html`<code>${session}</code>`,
      provider,
      html`<code>${code}</code>`,
      retryAt === undefined ? html`<span class="quiet">no limit</span>` : moment(retryAt, now),
    ]),
  );

type Cell = Html | string | number;

/** A table that is scrolled by itself where the window is narrow. */
function table(
  title: string,
  columns: readonly string[],
  rows: readonly (readonly Cell[])[],
  note?: string,
): Html {
  const id = title.toLowerCase().replaceAll(' ', '-');
  return html`<section aria-labelledby="${id}">
<h2 id="${id}">${title}</h2>
${note === undefined ? '' : html`<p class="quiet">${note}</p>`}
${
  rows.length === 0
    ? html`<p class="quiet">None</p>`
    : html`<div class="scroll" tabindex="0" role="region" aria-labelledby="${id}"><table>
<thead><tr>${columns.map((column) => html`<th scope="col">${column}</th>`)}</tr></thead>
<tbody>${rows.map(
        (cells) =>
          html`<tr>${cells.map((cell) => html`<td${typeof cell === 'number' ? html` class="number"` : ''}>${cell}</td>`)}</tr>`,
      )}</tbody>
</table></div>`
}
</section>`;
}

function moment(at: number, now: number): Html {
  const text = at > now ? `in ${agoOf(now, at)}` : `${agoOf(at, now)} ago`;
  return html`<time datetime="${new Date(at).toISOString()}">${text}</time>`;
}

/** How long it is from one moment to another, as people say it. */
function agoOf(from: number, to: number): string {
  const seconds = Math.max(0, Math.round((to - from) / 1000));
  if (seconds < 90) return `${seconds} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  return seconds < 172_800
    ? `${Math.round(seconds / 3600)} h`
    : `${Math.round(seconds / 86_400)} d`;
}
