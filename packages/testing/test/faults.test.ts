import { describe, expect, it } from '@jest/globals';
import { fingerprint } from 'unexpired/adapter';
import { type Fault, settle } from '@unexpired/testing';
import { declined, ended, lost, setUp, status, unsent } from './support/simulated.ts';

type FaultRow = [what: string, fault: Fault, acted: boolean, expected: object];

const faults: FaultRow[] = [
  ['a refused connection', { type: 'refuse' }, false, unsent],
  ['a dropped request', { type: 'drop', when: 'before' }, false, lost],
  ['a dropped answer', { type: 'drop', when: 'after' }, true, lost],
  ['a 500 before the rotation', { type: 'status', when: 'before', status: 500 }, false, lost],
  ['a 500 after the rotation', { type: 'status', when: 'after', status: 500 }, true, lost],
  ['a 502 after the rotation', { type: 'status', when: 'after', status: 502 }, true, lost],
  ['a bare 503', { type: 'status', when: 'before', status: 503 }, false, lost],
  ['a 400 page', { type: 'status', when: 'before', status: 400 }, false, declined],
  [
    '429 in seconds',
    { type: 'retryLater', retryAfter: 1_500 },
    false,
    { ...declined, retryAfter: 2_000 },
  ],
  [
    '429 as a date',
    { type: 'retryLater', retryAfter: 1_500, form: 'date' },
    false,
    { ...declined, retryAfter: 2_000 },
  ],
  ['429 that does not say', { type: 'retryLater' }, false, { ...declined, retryAfter: 5_000 }],
  [
    '503 in seconds',
    { type: 'retryLater', status: 503, retryAfter: 7_000 },
    false,
    { ...declined, retryAfter: 7_000 },
  ],
  ['an OAuth error', { type: 'oauthError', error: 'temporarily_unavailable' }, false, declined],
  [
    'an OAuth error in a 200',
    { type: 'oauthError', error: 'server_error', status: 200 },
    false,
    declined,
  ],
  [
    'an OAuth error in a 503',
    { type: 'oauthError', error: 'temporarily_unavailable', status: 503 },
    false,
    declined,
  ],
  [
    'invalid_client',
    { type: 'oauthError', error: 'invalid_client', status: 401 },
    false,
    { code: 'ERR_REFRESH_CONFIGURATION', delivery: 'answered' },
  ],
  ['a page before the rotation', { type: 'html', when: 'before' }, false, lost],
  ['a page after the rotation', { type: 'html', when: 'after' }, true, lost],
  ['JSON cut before the rotation', { type: 'cut', when: 'before' }, false, lost],
  ['JSON cut after the rotation', { type: 'cut', when: 'after' }, true, lost],
];

describe('each fault', () => {
  it.each(faults)('%s', async (_what, fault, acted, expected) => {
    const simulation = setUp({ mode: 'revokes' });
    const { server, first, error, redeem } = simulation;
    server.plan(fault);

    expect(await error(first)).toMatchObject(expected);

    expect(server.counters).toMatchObject({
      calls: 1,
      redemptions: acted ? 1 : 0,
      rotations: acted ? 1 : 0,
      reuseDetections: 0,
    });
    expect(status(simulation, first)).toBe(acted ? 'spent' : 'current');
    expect(server.events.map((event) => event.type)).toEqual([
      'signedIn',
      'called',
      ...(acted ? ['rotated'] : []),
      'fault',
      expect.stringMatching(/^(?:answered|failed)$/),
    ]);
    expect(server.events.at(-2)).toMatchObject({
      call: 1,
      token: fingerprint(String(first.refresh_token)),
      fault: fault.type,
      acted,
    });
    // It was for one call only: the next one meets the server as it is.
    const next = await redeem(first).then(
      () => 'rotated',
      () => 'refused',
    );
    expect(next).toBe(acted ? 'refused' : 'rotated');
  });

  it.each(['before', 'after'] as const)(
    'a hang %s the rotation: nothing comes, until the client gives up',
    async (when) => {
      const simulation = setUp();
      const { clock, server, first, error } = simulation;
      server.plan({ type: 'hang', when });
      const patience = new AbortController();
      let settled = false;
      const call = error(first, patience.signal).finally(() => (settled = true));

      await clock.advance(86_400_000);
      expect(settled).toBe(false);
      expect(status(simulation, first)).toBe(when === 'after' ? 'spent' : 'current');
      patience.abort();

      expect(await call).toMatchObject(lost);
      expect(server.events.at(-1)).toMatchObject({ type: 'failed' });
    },
  );

  it('a delay before the rotation holds the request, one after it the answer', async () => {
    const simulation = setUp();
    const { clock, server, first, redeem } = simulation;
    server.plan([
      { type: 'delay', when: 'before', ms: 100 },
      { type: 'delay', when: 'after', ms: 200 },
    ]);
    let answered = false;
    const call = redeem(first).finally(() => (answered = true));

    await clock.advance(99);
    expect(status(simulation, first)).toBe('current');
    await clock.advance(1);
    expect([status(simulation, first), answered]).toEqual(['spent', false]);
    await clock.advance(199);
    expect(answered).toBe(false);
    await clock.advance(1);
    expect(answered).toBe(true);
    expect(await call).toMatchObject({ refresh_token: expect.any(String) });
    expect(clock.pending).toBe(0);
  });

  it('a delay may last until a promise settles, and goes with another fault', async () => {
    const simulation = setUp();
    const { server, first, error } = simulation;
    let arrive = (): void => undefined;
    const until = new Promise<void>((resolve) => (arrive = resolve));
    server.plan([
      { type: 'drop', when: 'after' },
      { type: 'delay', when: 'before', until },
    ]);
    const call = error(first);
    await settle();
    expect(status(simulation, first)).toBe('current');

    arrive();

    expect(await call).toMatchObject(lost);
    expect(status(simulation, first)).toBe('spent');
    expect(server.events.map(({ type, fault }) => fault ?? type)).toEqual([
      'signedIn',
      'called',
      'delay',
      'rotated',
      'drop',
      'failed',
    ]);
  });

  it('a client that gives up changes nothing for a request that is on its way: it arrives, and is acted upon', async () => {
    const simulation = setUp({ mode: 'revokes' });
    const { clock, server, first, error, redeem } = simulation;
    server.plan({ type: 'delay', when: 'before', ms: 100 });
    const patience = new AbortController();
    const call = error(first, patience.signal);
    await settle();
    patience.abort();
    expect(await call).toMatchObject(lost);
    expect(status(simulation, first)).toBe('current');

    await redeem(first);
    await clock.advance(100);

    expect(server.counters).toMatchObject({
      reuseDetections: 1,
      sessionsRevoked: 1,
      mostOutstanding: 1,
    });
  });

  it('a client that had given up before sends nothing', async () => {
    const { server, first, error } = setUp();

    expect(await error(first, AbortSignal.abort())).toMatchObject(unsent);
    expect(server.counters).toMatchObject({ calls: 0, redemptions: 0 });
  });

  it('reshape changes the answer, after the rotation; a refusal stays what it is', async () => {
    const simulation = setUp({ mode: 'rejects' });
    const { server, first, redeem, error } = simulation;
    server.plan(
      {
        type: 'reshape',
        body: (body) => ({ ...body, access_token: undefined, expires_in: 'soon' }),
      },
      { type: 'reshape', body: () => ({}) },
    );

    expect(await redeem(first)).toEqual({
      token_type: 'Bearer',
      expires_in: 'soon',
      refresh_token: expect.any(String),
    });
    expect(await error(first)).toMatchObject(ended);
  });

  it('an answer without tokens may be a lost one', async () => {
    const { server, first, error } = setUp();
    server.plan({ type: 'reshape', body: () => null });

    expect(await error(first)).toMatchObject(lost);
  });
});

describe('what is planned', () => {
  it('is used up call by call; undefined lets one pass', async () => {
    const { server, first, redeem, error } = setUp();
    server.plan(undefined, { type: 'drop', when: 'before' });
    expect(server.planned).toBe(2);

    const second = await redeem(first);
    expect(await error(second)).toMatchObject(lost);
    await redeem(second);

    expect(server.planned).toBe(0);
  });

  it('comes before what the planner says, which hears of each other call', async () => {
    const heard: unknown[] = [];
    const { server, first, error } = setUp({
      faults: (call) => {
        heard.push(call);
        return { type: 'refuse' };
      },
    });
    server.plan({ type: 'drop', when: 'before' });

    expect(await error(first)).toMatchObject(lost);
    expect(await error(first)).toMatchObject(unsent);
    await expect(
      server.acquire({ reason: 'empty', signal: new AbortController().signal }),
    ).rejects.toMatchObject(unsent);

    expect(heard).toEqual([
      { call: 2, grant: 'refresh_token', token: fingerprint(String(first.refresh_token)) },
      { call: 3, grant: 'client_credentials' },
    ]);
  });

  it('may be one fault besides delays, no more', () => {
    const { server } = setUp();

    expect(() => server.plan([{ type: 'refuse' }, { type: 'drop', when: 'after' }])).toThrow(
      'at most one that is no delay, got refuse and drop',
    );
    expect(server.planned).toBe(0);
  });
});
