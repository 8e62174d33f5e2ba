import { createHash } from 'node:crypto';
import { isIP } from 'node:net';
import type { Clock } from 'unexpired';
import { KEY_PREFIX } from '../scopes.ts';
import type { About, Answered } from './call.ts';
import { createNear, type Group } from './near.ts';

/** Calls that are alike, as they are written. */
export interface Counted {
  /** The same for calls that are alike. */
  readonly id: string;
  /** Ms since the first of them. */
  readonly age: number;
  readonly principal: string;
  readonly operation: string;
  readonly key: string;
  readonly session: string | null;
  readonly generation: number | null;
  readonly outcome: string;
  readonly address: string | null;
  readonly calls: number;
}

/** What was called since it was written last, counted in memory. */
export interface Counts {
  /** One more. This is all that a read costs. */
  add(call: Answered): void;
  /** At most so many groups, the oldest first; those are gone from here. */
  take(most: number): readonly Group[];
  /** They could not be written: they are the oldest again. */
  giveBack(groups: readonly Group[]): void;
  /** Calls that were forgotten since this was asked last, because there were too many groups. */
  forgotten(): number;
  /** Calls that were not taken. */
  left(): number;
}

/** Groups in memory, about 400 bytes each. */
const MOST = 20_000;
/** Keys that name nothing which the caller may see, of one principal in a minute: more are counted together, without their keys. */
const INVENTED = 100;
const MINUTE = 60_000;

export function createCounts(clock: Pick<Clock, 'monotonic'>, most = MOST): Counts {
  /** Since the last look. */
  const fresh = new Map<string, Group>();
  const near = createNear();
  /** From before that, each minute by itself; the oldest first. */
  let waiting = new Map<string, Group>();
  let lost = 0;
  const invented = createInvented(clock);

  const add = (call: Answered): void => {
    const group = near.find(call);
    if (group === undefined) addByName(call);
    else group.calls++;
  };
  const addByName = (call: Answered): void => {
    const { principal, operation, key, address, about, outcome } = call;
    const name = `${principal} ${operation} ${outcome} ${about?.session} ${about?.generation} ${address} ${key}`;
    const known = fresh.get(name);
    if (known !== undefined) {
      known.calls++;
      near.remember(about, known);
      return;
    }
    const isWritten = isKey(key) && (outcome === 'done' || invented.allows(principal, key));
    if (key !== '' && !isWritten) return addByName({ ...call, key: '' });
    const first = { ...call, about: about && generationOf(about) };
    const group = { name, first, since: clock.monotonic(), calls: 1 };
    fresh.set(name, group);
    near.remember(about, group);
    forget();
  };
  const forget = (): void => {
    for (const groups of [waiting, fresh])
      for (const [name, { calls }] of groups) {
        if (waiting.size + fresh.size <= most) return;
        groups.delete(name);
        near.clear();
        lost += calls;
      }
  };
  const put = (group: Group): void => {
    const name = `${group.name} ${Math.floor(group.since / MINUTE)}`;
    const known = waiting.get(name);
    if (known === undefined) waiting.set(name, group);
    else known.calls += group.calls;
  };
  return {
    add,
    take(count) {
      for (const group of fresh.values()) put(group);
      fresh.clear();
      near.clear();
      const taken: Group[] = [];
      for (const [name, group] of waiting) {
        if (taken.length === count) break;
        waiting.delete(name);
        taken.push(group);
      }
      return taken;
    },
    giveBack(groups) {
      const later = waiting;
      waiting = new Map();
      for (const group of [...groups, ...later.values()]) put(group);
      forget();
    },
    forgotten() {
      const count = lost;
      lost = 0;
      return count;
    },
    left() {
      const groups = [...waiting.values(), ...fresh.values()];
      return groups.reduce((sum, { calls }) => sum + calls, 0);
    },
  };
}

/** Nothing else of a row is held on to: its tokens are in it. */
const generationOf = ({ session, generation }: About): About => ({ session, generation });

/** Another text than a session key, or its beginning with the tenant in it, may be anything, also a token: it is not written down. */
const isKey = (key: string): boolean => key.includes(':') && KEY_PREFIX.test(key);

/** Who asks for what there is not, again and again under another name, could fill the table with it. */
function createInvented(clock: Pick<Clock, 'monotonic'>) {
  const keys = new Map<string, Set<string>>();
  let since = -Infinity;
  return {
    allows(principal: string, key: string): boolean {
      if (clock.monotonic() - since >= MINUTE) {
        since = clock.monotonic();
        keys.clear();
      }
      const own = keys.get(principal) ?? new Set();
      keys.set(principal, own);
      if (own.size < INVENTED) own.add(key);
      return own.has(key);
    },
  };
}

/** As it is written. */
export function countedOf({ name, first, since, calls }: Group, now: number): Counted {
  const { principal, operation, key, about, outcome, address } = first;
  return {
    ...{ id: createHash('sha256').update(name).digest('base64url').slice(0, 22) },
    ...{ age: Math.round(now - since), principal, operation, key, outcome, calls },
    session: about?.session ?? null,
    generation: about?.generation ?? null,
    address: addressOf(address),
  };
}

/** An IP address; anything else that a server may say is not written down. */
export const addressOf = (address: string | undefined): string | null =>
  address !== undefined && isIP(address) !== 0 ? address : null;
