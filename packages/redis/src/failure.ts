import { TokenError } from 'unexpired';
import { readMembers } from 'unexpired/adapter';

const ADVICE: Readonly<Record<string, string>> = {
  LOADING: 'Redis is still loading its data',
  READONLY: 'this is a replica; connect to the primary',
  MASTERDOWN: 'the replica has lost its primary',
  OOM: 'Redis has no memory left (maxmemory)',
  MISCONF: 'Redis cannot save to disk and takes no writes',
  NOAUTH: 'the client has to authenticate',
  WRONGPASS: 'the password was refused',
  NOPERM: 'this user may not run EVAL, or a command of the script in it, or not on this key',
  UNLIMITED: 'the session was stored, but this user may not say for how long (pexpire, persist)',
  CLUSTERDOWN: 'the cluster has no quorum',
  CROSSSLOT:
    'the keys are in different slots: put the part of the key that names the session in braces',
};

/** How Redis says NOPERM of a command in a script, by version; what follows UNLIMITED, our own word, came after the write. */
const FORBIDDEN = /^(?!UNLIMITED).*(?:ACL failure in script|The user executing the script can't)/s;

/**
 * Redis has done nothing, and will not until somebody changes it. READONLY and the like end with a failover, and are tried
 * again.
 */
const LASTING = ['OOM', 'MISCONF', 'NOAUTH', 'NOPERM'];

const wordOf = (code: unknown, text: string): string | undefined =>
  typeof code === 'string' ? code : /^[A-Z]{2,}/.exec(text)?.[0];

/**
 * Redis could not be asked, which says nothing about whether a lock is held. A copy of what the client threw: ioredis
 * hangs the command on its errors, and there the tokens are. Never throws, whatever that was.
 */
export function redisDown(what: string, error: unknown): TokenError {
  const { of } = readMembers(error, ['message', 'name', 'code']);
  const { message, name, code } = of;
  const text = typeof message === 'string' ? message : '';
  const word = FORBIDDEN.test(text) ? 'NOPERM' : wordOf(code, text);
  const why = ADVICE[word ?? ''] ?? (text.slice(0, 200) || 'the connection was lost');
  const cause = Object.assign(new Error(why), {
    name: typeof name === 'string' ? name : 'Error',
    ...(word !== undefined && { code: word }),
  });
  return new TokenError('ERR_REFRESH_UNAVAILABLE', {
    message: `${what}: ${why}`,
    cause,
    ...(LASTING.includes(word ?? '') && { delivery: 'answered' }),
  });
}
