import { describe, expect, it } from '@jest/globals';
import type { Explainable } from '../../src/manager/call-context.ts';
import type { TokenManager } from '../../src/index.ts';
import { settle } from '../support/clock.ts';
import { errorOf, outcome, testSession } from '../support/session.ts';

/** A platform on which `inside` says whether the code that asks is part of a refresh. */
function explained(tokens: TokenManager) {
  const context = { inside: false, calls: 0 };
  const forget = (tokens as TokenManager & Explainable).onRefresh({
    async run(call) {
      context.calls++;
      return call();
    },
    isInside: () => context.inside,
  });
  return { context, forget };
}

describe('a call that seems to come from inside of the refresh that it would wait for', () => {
  it('is an error at once, which says what to do; others go on', async () => {
    const { tokens, server } = testSession();
    const { context } = explained(tokens);
    const release = server.hold();
    const waiting = outcome(tokens.getToken());
    await settle();
    context.inside = true;
    expect(await errorOf(tokens.getToken())).toMatchObject({
      code: 'ERR_WAIT_LIMIT',
      message: expect.stringContaining('Pass context.signal on, or set tokens: false'),
    });
    release();
    expect([await waiting, context.calls, server.calls]).toEqual(['at-2', 1, 1]);
  });

  it('is answered while no refresh is under way, and where it need not wait', async () => {
    const { tokens } = testSession({ expiresIn: 3_600_000 });
    const { context } = explained(tokens);
    context.inside = true;
    expect(await outcome(tokens.getToken())).toBe('at-1');
    expect(await outcome(tokens.getToken())).toBe('at-1');
  });

  it('waits as any other once nobody looks any more', async () => {
    const { tokens, server } = testSession();
    const { context, forget } = explained(tokens);
    context.inside = true;
    forget();
    const release = server.hold();
    const waiting = [outcome(tokens.getToken()), outcome(tokens.getToken())];
    await settle();
    release();
    expect([await Promise.all(waiting), context.calls]).toEqual([['at-2', 'at-2'], 0]);
  });
});
