import { describe, expect, it } from '@jest/globals';
import { html, json } from '@unexpired/example-contenders/html';
import { describeLane } from '../src/report/client/describe.ts';
import { frameOf } from '../src/report/client/frame.ts';
import { countsAt, lanesOf } from '../src/report/client/model.ts';
import { renderPage, type Story } from '../src/report/page.ts';
import { summarize } from '../src/report/summary.ts';
import { timelineOf } from '../src/report/timeline.ts';
import { lostSession, playedSample, resultWith } from './samples.ts';

const timeline = timelineOf(playedSample());

describe('the timeline', () => {
  it('joins callers and servers, in tenths of a ms since the burst began', () => {
    expect(timeline).toEqual({
      end: 1200,
      lanes: [
        [5, 1200, 1, 50, 200, 401, 1000, 1150, 200],
        [10, 900, 0, 60, 300, 401],
        [20, -1, 0, 500, 1200, 0],
      ],
      calls: [
        [300, 950, 0],
        [400, 1100, 1],
      ],
    });
  });
});

describe('a lane', () => {
  const lanes = lanesOf(timeline);

  it('tells waiting, refused and answered apart, without a gap', () => {
    expect(lanes[0]?.stretches).toEqual([
      { from: 5, to: 50, state: 'waiting', visit: 0 },
      { from: 50, to: 200, state: 'refused', visit: 0 },
      { from: 200, to: 1000, state: 'waiting', visit: 1 },
      { from: 1000, to: 1150, state: 'answered', visit: 1 },
    ]);
  });

  it('that ends without a 200 waits until its caller knows', () => {
    expect(lanes[1]?.stretches.at(-1)).toEqual({ from: 300, to: 900, state: 'waiting', visit: 1 });
  });

  it.each([
    [
      0,
      'Request 1: waited 5 ms → sent at 5 ms, 401 → waited 80 ms → replayed at 100 ms, 200 → answered at 120 ms',
    ],
    [1, 'Request 2: waited 5 ms → sent at 6 ms, 401 → waited 60 ms → failed at 90 ms'],
    [2, 'Request 3: waited 48 ms → sent at 50 ms, no answer → its caller never heard'],
  ])('is told as a sentence: %i', (index, sentence) => {
    const lane = lanes[index];
    expect(lane && describeLane(lane, index)).toBe(sentence);
  });

  it.each([
    [0, { answered: 0, failed: 0, waiting: 3 }],
    [900, { answered: 0, failed: 1, waiting: 2 }],
    [1200, { answered: 1, failed: 1, waiting: 1 }],
  ])('is counted as it stood at tick %i', (tick, counts) => {
    expect(countsAt(lanes, tick)).toEqual(counts);
  });
});

describe('a picture', () => {
  it.each([1, 10, 100, 133, 134, 1_000, 10_000])(
    'of %i lanes has a height that fits a screen',
    (requests) => {
      const frame = frameOf(
        { end: 10, calls: [], lanes: Array.from({ length: requests }, () => [0, 10, 1]) },
        400,
        10,
      );
      expect(frame.lanes.height).toBeLessThanOrEqual(400);
      expect(frame.lanes.height).toBeGreaterThanOrEqual(Math.min(requests * 16, 320) - 0.001);
    },
  );
});

describe('the summary', () => {
  it('says in words what happened to whom', () => {
    const kept = resultWith({ ...lostSession, name: 'Half a solution', session: 'alive' });
    const passed = resultWith({ name: 'Another way', ours: false });
    const { headline, opening, outcomes } = summarize(
      [resultWith(lostSession), kept, passed, resultWith()],
      100,
      'expired',
    );
    expect(headline).toBe('100 requests at once, one refresh');
    expect(opening).toContain('100 requests at the same moment, and its access token had expired');
    expect(outcomes).toEqual([
      {
        good: false,
        text: "Everybody's axios interceptor lost the session: the user has to sign in again.",
      },
      {
        good: false,
        text: 'Half a solution kept the session, but failed requests that a fresh token would have saved.',
      },
      { good: true, text: 'Another way came through this time.' },
      {
        good: true,
        text: 'Unexpired on axios made 1 refresh, with no reuse, and had 100 of 100 requests answered.',
      },
    ]);
  });

  it('does not boast when a promise was broken', () => {
    const { headline, outcomes } = summarize(
      [resultWith({ tokenEndpointCalls: 2 })],
      100,
      'revoked',
    );
    expect(headline).toBe('100 requests at once, and not the one refresh that was promised');
    expect(outcomes).toEqual([
      {
        good: false,
        text: 'Unexpired on axios did not hold: 2 token-endpoint calls instead of 1.',
      },
    ]);
  });
});

describe('markup', () => {
  it('escapes what is not markup', () => {
    expect(html`<b title="${'"<&\''}">${html`<i>${1}</i>`}${[html`a`, html`b`]}</b>`.markup).toBe(
      '<b title="&quot;&lt;&amp;&#39;"><i>1</i>ab</b>',
    );
  });

  it('lets no text end the script element that it stands in', () => {
    expect(json({ text: '</script>' }).markup).not.toContain('</');
    expect(JSON.parse(json({ text: '</script>' }).markup)).toEqual({ text: '</script>' });
  });
});

describe('the page', () => {
  const story: Story = {
    requests: 3,
    scenario: 'expired',
    sockets: 64,
    latency: { token: 60, api: { from: 10, to: 30 } },
    versions: 'Node 24.',
    contenders: [
      {
        contender: { id: 'interceptor', name: '<Everybody> & co', about: 'About it.', ours: false },
        result: resultWith({ ...lostSession, name: '<Everybody> & co' }),
        timeline,
        source: 'if (a < b) refresh();',
      },
    ],
  };
  const page = renderPage(story, { style: 'b{}', script: 'run()' });

  it('needs nothing from anywhere else', () => {
    expect(page).toContain(`default-src 'none'`);
    expect(page).not.toMatch(/(src|href)="(?!#)/);
    expect(page).not.toMatch(/https?:|@import|url\(/);
  });

  it('carries the table, the timelines and the contender as text', () => {
    expect(page).toContain('&lt;Everybody&gt; &amp; co');
    expect(page).not.toContain('<Everybody>');
    expect(page).toContain('if (a &lt; b) refresh();');
    const data =
      /<script type="application\/json" id="timelines">(.*?)<\/script>/s.exec(page)?.[1] ?? '';
    expect(JSON.parse(data)).toEqual({ interceptor: timeline });
  });

  it('labels every control and picture', () => {
    expect(page.match(/<canvas[^>]*>/g)).toEqual([
      expect.stringContaining('aria-label="Requests of &lt;Everybody&gt; &amp; co"'),
    ]);
    for (const [input] of page.matchAll(/<label[^>]*>.*?<\/label>/gs))
      expect(input).toMatch(/<input|<select/);
    expect(page.match(/<input/g)?.length).toBe(
      [...page.matchAll(/<label[^>]*>.*?<\/label>/gs)].length,
    );
  });
});
