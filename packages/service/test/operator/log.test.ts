import { describe, expect, it } from '@jest/globals';
import { TokenError } from 'unexpired';
import type { ServiceEvent } from '../../src/index.ts';
import { createLog, lineOf } from '../../src/operator/log.ts';
import { sessionHash } from '../../src/operator/session-hash.ts';

const hash = sessionHash(new Uint8Array(32).fill(1));
const figures = { duration: 12.4, lockWait: 0.6, intentWait: 0, unanswered: 1, attempts: 2 };
const ended: ServiceEvent = {
  ...{ type: 'refreshEnded', name: 'acme:42', at: 0, flight: '7', reason: 'due', provider: 'crm' },
  ...{ ...figures, waiting: 3, token: 'fingerprint', outcome: 'refreshed' },
};

/** What a logger writes. */
function written(run: (log: ReturnType<typeof createLog>) => void): string {
  let text = '';
  run(createLog({ write: (line: string) => void (text += line) }));
  return text;
}

describe('a line of the log', () => {
  it('is one for each refresh, with the hash of the session in the place of its key', () => {
    expect(lineOf(ended, hash, 4)).toEqual([
      'info',
      {
        ...{ event: 'refresh', session: hash('acme:42'), provider: 'crm', generation: 4 },
        ...{ reason: 'due', outcome: 'refreshed', duration: 12, lockWait: 1, intentWait: 0 },
        ...{ attempts: 2, unanswered: 1, waiting: 3, flight: '7' },
      },
    ]);
  });

  it('says by its code why a refresh has failed, and not by its message', () => {
    const error = new TokenError('ERR_REFRESH_UNAVAILABLE', { message: 'canary' });
    const [level, line] = lineOf({ ...ended, outcome: 'failed', error, retryAt: 9 }, hash, 4) ?? [];
    expect(level).toBe('warn');
    expect(line).toMatchObject({ outcome: 'failed', code: 'ERR_REFRESH_UNAVAILABLE', retryAt: 9 });
    expect(JSON.stringify(line)).not.toContain('canary');
  });

  it('is one for each warning and each request that failed, and none for what happens all the time', () => {
    const warning: ServiceEvent = {
      ...{ type: 'warning', code: 'NOT_DURABLE', message: 'canary', name: 'acme:42', at: 0 },
      error: undefined,
    };
    expect(lineOf(warning, hash, undefined)).toEqual([
      'warn',
      { event: 'warning', session: hash('acme:42'), provider: undefined, code: 'NOT_DURABLE' },
    ]);
    const failed: ServiceEvent = { type: 'requestFailed', requestId: 'r', at: 0, error: 'Error' };
    expect(lineOf(failed, hash, undefined)).toEqual([
      'error',
      { event: 'requestFailed', requestId: 'r', error: 'Error' },
    ]);
    const signedIn: ServiceEvent = { type: 'signedIn', by: 'self', name: 'acme:42', at: 0 };
    expect(lineOf(signedIn, hash, undefined)).toBeUndefined();
  });

  it('says when the breaker of a provider opens and closes, and what could not be done in the background', () => {
    const [opened, closed] = (['breakerOpened', 'breakerClosed'] as const).map((type) =>
      lineOf({ type, provider: 'crm', at: 0 }, hash, undefined),
    );
    expect(opened).toEqual(['error', { event: 'breakerOpened', provider: 'crm' }]);
    expect(closed).toEqual(['info', { event: 'breakerClosed', provider: 'crm' }]);
    expect(lineOf({ type: 'workFailed', at: 0, error: 'why' }, hash, undefined)).toEqual([
      'warn',
      { event: 'workFailed', error: 'why' },
    ]);
    expect(lineOf({ type: 'auditDropped', at: 0, calls: 3 }, hash, undefined)).toEqual([
      'error',
      { event: 'auditDropped', calls: 3 },
    ]);
  });

  it('loses what looks like a secret, wherever it came from', () => {
    const secrets = [`unx_admin_${'0'.repeat(72)}`, 'eyJhbGciOi.eyJzdWIi.c2ln', 'Bearer abc'];
    const text = written((log) => {
      for (const secret of secrets) log('error', { event: 'unforeseen', error: `a ${secret} b` });
      log('error', { event: 'unforeseen', refresh_token: 'canary' } as never);
    });
    for (const secret of [...secrets, 'canary']) expect(text).not.toContain(secret);
    expect(text.split('[redacted]')).toHaveLength(4);
    expect(text.split('[Redacted]')).toHaveLength(2);
  });
});

describe('the hash of a session', () => {
  it('is the same for all who have the key, another one for others, and never the key', () => {
    const other = sessionHash(new Uint8Array(32).fill(2));
    expect(hash('acme:42')).toMatch(/^[0-9a-f]{16}$/);
    expect(sessionHash(new Uint8Array(32).fill(1))('acme:42')).toBe(hash('acme:42'));
    expect(other('acme:42')).not.toBe(hash('acme:42'));
    expect(hash('acme:43')).not.toBe(hash('acme:42'));
  });
});
