import { describe, expect, it } from '@jest/globals';
import { manualClock, settle, simulatedServer } from '@unexpired/testing';
import { createTokenManager, TokenError, type TokenEvent } from 'unexpired';
import { type ConsoleOptions, logToConsole } from '../src/console.ts';

/** The lines that these events make. */
function linesOf(...events: readonly object[]): string[] {
  const lines: string[] = [];
  let tell: ((event: TokenEvent) => void) | undefined;
  logToConsole(
    { subscribe: (listener) => ((tell = listener), () => {}) },
    { write: (line) => lines.push(line) },
  );
  for (const event of events) tell?.({ name: 'mine', at: 0, ...event } as TokenEvent);
  return lines;
}
const flight = {
  type: 'refreshEnded',
  flight: '1',
  reason: 'due',
  outcome: 'refreshed',
  duration: 87.4,
  lockWait: 0.2,
  intentWait: 0,
  unanswered: 0,
  attempts: 1,
  waiting: 0,
};

describe('logToConsole', () => {
  it.each<[string, object]>([
    ['logToConsole: there is no option "wirte"; the options are write', { wirte: () => undefined }],
    ['write: expected a function, got object', { write: process.stdout }],
  ])('refuses options that cannot be right: %s', (message, options) => {
    const session = { subscribe: () => () => undefined };
    expect(() => logToConsole(session, options as ConsoleOptions)).toThrow(new TypeError(message));
  });

  it('gives one line for a refresh, and none for its start or its token', async () => {
    const clock = manualClock();
    const server = simulatedServer({ clock });
    const tokens = createTokenManager({
      name: 'mine',
      tokens: server.login(),
      refresh: server.refresh,
      clock,
    });
    const lines: string[] = [];
    const stop = logToConsole(tokens, { write: (line) => lines.push(line) });
    await tokens.refresh();
    await settle();
    stop();
    await tokens.refresh();
    await settle();
    expect(lines.map((line) => line.replace(/^[\d:.]{12} /, ''))).toEqual([
      'mine: refresh refreshed in 0 ms (requested), 1 waited',
    ]);
  });

  it('tells of what a refresh waited for and how it failed, and is short where there is nothing to tell', () => {
    const error = new TokenError('ERR_REFRESH_UNAVAILABLE');
    expect(
      linesOf(flight, {
        ...flight,
        outcome: 'failed',
        error,
        attempts: 3,
        unanswered: 2,
        lockWait: 1200,
        intentWait: 900,
        waiting: 40,
        retryAt: 5000,
      }),
    ).toEqual([
      '00:00:00.000 mine: refresh refreshed in 87 ms (due)',
      "00:00:00.000 mine: refresh failed in 87 ms (due), 3 calls, 2 without an answer, lock 1200 ms, another's refresh 900 ms, 40 waited, ERR_REFRESH_UNAVAILABLE, not before 00:00:05.000",
    ]);
  });

  it.each<[object, string | undefined]>([
    [{ type: 'ready', status: 'signedOut' }, 'ready, signedOut'],
    [{ type: 'signedIn', by: 'peer' }, 'signedIn by peer'],
    [{ type: 'signedOut', by: 'self' }, 'signedOut by self'],
    [{ type: 'refreshed', by: 'self', expiresAt: 1 }, undefined],
    [{ type: 'refreshed', by: 'peer', expiresAt: 1 }, 'a new token from a peer'],
    [{ type: 'refreshStarted', flight: '1', reason: 'due' }, undefined],
    [{ type: 'rejected', then: 'late' }, 'the API refused the token, then: late'],
    [
      { type: 'replayed', method: 'POST', origin: 'https://a.example', status: undefined },
      'POST https://a.example sent again: no answer',
    ],
    [
      { type: 'notReplayed', method: 'PUT', origin: 'https://a.example' },
      'PUT https://a.example could not be sent again: its body can be read once',
    ],
    [
      { type: 'unsigned', why: 'origin', origin: 'https://a.example' },
      'no token for https://a.example: not in origins',
    ],
    [
      { type: 'warning', code: 'CLOCK', message: 'the clock jumped' },
      'warning CLOCK: the clock jumped',
    ],
    [{ type: 'somethingNew' }, undefined],
  ])('says of %j: %s', (event, text) => {
    expect(linesOf(event)).toEqual(text === undefined ? [] : [`00:00:00.000 mine: ${text}`]);
  });

  it('stays one line, whatever a name or a message holds', () => {
    expect(
      linesOf({ name: 'a\n00:00 b', type: 'warning', code: 'CLOCK', message: 'x\u001b[31m\r\ny' }),
    ).toEqual(['00:00:00.000 a 00:00 b: warning CLOCK: x [31m  y']);
  });

  it('writes also when a clock is beyond all dates', () => {
    expect(linesOf({ at: Number.NaN, type: 'signedIn', by: 'self' })).toEqual([
      '-- mine: signedIn by self',
    ]);
  });
});
