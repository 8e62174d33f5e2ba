import type { SessionRecord } from '../../../src/session/store.ts';
import type { Ask, AskEnd, Facts, Judge, Player, Rule, Transition } from '../simulation/facts.ts';
import { familyOf } from '../simulation/facts.ts';
import { tokenName } from '../simulation/oracle.ts';

/** Ms for which an intent is waited for, where the server is strict. */
const INTENT_LIMIT = 80_000;
/** Lives of 5 s after which somebody has got past an abandoned intent: each writes down some 2 s, and then there is the call. */
const ENOUGH_LIVES = 40;

interface Thrown {
  readonly code?: unknown;
  readonly action?: unknown;
  readonly retryAfter?: unknown;
  readonly message?: unknown;
}

/** L3: the record is the lock. */
export function intentRules(facts: Facts, judge: Judge): Rule {
  const { timeline } = facts;
  /** When each attempt's intent was first written. */
  const began = new Map<string, number>();
  return {
    written(by, before, after) {
      const { intent } = after;
      if (intent !== undefined) {
        const key = `${after.session}/${intent.gen}/${intent.owner}/${intent.attempt}/${intent.startedAt}`;
        if (!began.has(key)) began.set(key, timeline.now);
      }
      const foreign = before?.intent;
      if (foreign === undefined || intent === undefined || before?.session !== after.session)
        return;
      if (foreign.gen !== before.gen || intent.gen !== foreign.gen) return;
      if (before.status !== after.status) return; // a sign-out: the session is over, and with it the intent
      if (foreign.owner === intent.owner || foreign.over === true) return;
      // It has sent its own before, and sends nothing now: what nobody owns is its own mark, written back for it.
      if (foreign.owner === '' && by.calls.some((call) => !call.over)) return;
      judge.checked('L3');
      if (foreign.lock !== undefined && foreign.lock === intent.lock) return; // it came free: its holder is gone
      const key = `${before.session}/${foreign.gen}/${foreign.owner}/${foreign.attempt}/${foreign.startedAt}`;
      const age = timeline.now - (began.get(key) ?? 0);
      if (age < INTENT_LIMIT) judge.broken('L3', `an intent was overridden after ${age} ms`);
    },
  };
}

/** L2: a record that was gone is written again only by a manager that signs in. */
export function awayRules(facts: Facts, judge: Judge): Rule {
  const signedIn = new Set<string>();
  return {
    transition({ family }) {
      if (family !== undefined) signedIn.add(family);
    },
    written(_, before, after) {
      if (before !== undefined || !facts.strikes.some(({ fault }) => fault === 'away')) return;
      judge.checked('L2');
      const family = familyOf(after.tokens?.accessToken);
      if (after.gen > 0 && family !== undefined && !signedIn.has(family))
        judge.broken('L2', 'a record that was gone was written again');
    },
  };
}

/** L4: announcements of known tokens. */
export function announcementRules(_: Facts, judge: Judge): Rule {
  const announced = new Set<string>();
  return {
    written(by, before, after) {
      if (by.announcing === 0 || before?.status !== 'active' || after.status !== 'active') return;
      judge.checked('L4');
      if (before.session === after.session || by.signingIn > 0) return;
      judge.broken('L4', 'known tokens that were announced took the place of a session');
    },
    attempted(by, record) {
      const token = tokenName(record.tokens?.refreshToken ?? '');
      if (by.announcing > 0 && token !== undefined) announced.add(`${token.family}.${token.index}`);
    },
    turnedAway(by, family, error) {
      judge.checked('L4');
      if ((error as Thrown).code === 'ERR_SIGNED_OUT') return;
      if (by.alive && !by.closing && familyOf(by.held) === family)
        judge.broken(
          'L4',
          `an announcement of known tokens failed: ${String((error as Thrown).code)}`,
        );
    },
  };
}

/** L5: sign-ins and sign-outs, by what came of them. */
export function transitionRules(facts: Facts, judge: Judge): Rule {
  const all: Transition[] = [];
  return {
    transition: (transition) => void all.push(transition),
    quiet(record) {
      const back = facts.strikes.some(({ fault }) =>
        ['storeBack', 'restored', 'away', 'crash', 'otherSubject'].includes(fault),
      );
      if (
        back ||
        facts.setting.acquires ||
        facts.setting.store === 'alone' ||
        all.some(({ by }) => by.closing || !by.alive)
      )
        return;
      const last = all.findLast(({ end }) => end === 'resolved');
      if (last === undefined) return;
      // Whatever was asked for at the same time, or later, may have the last word where it is not known to have failed.
      const may = all.filter(
        (one) =>
          one === last ||
          // A sign-out that could not be stored is owed. Of what was never read, it ends what it finds.
          (one.end === 'refused' && one.family === undefined) ||
          (one.end === 'resolved' && one.at === last.at) || // in the same ms, what is stored stands
          (one.until >= last.since && (one.end === 'resolved' || one.end === 'unanswered')),
      );
      judge.checked('L5');
      const family = record?.status === 'active' ? familyOf(record.tokens?.accessToken) : undefined;
      // A manager that signs out of one session does not end another that has begun since, and that it has never seen. Where it knew
      // of none, the turns decide, and with them the clocks of both.
      const began = all.find((one) => one.family === family);
      const jumped = last.by.jumped || began?.by.jumped;
      const unseen = last.of === undefined ? jumped : last.of !== family;
      const other = last.family === undefined && unseen;
      const stands = may.some((one) => one.family === family) || other;
      if (!stands)
        judge.broken(
          'L5',
          `stored is ${family ?? 'a sign-out'}, but the last that resolved was ${last.family ?? 'a sign-out'}`,
        );
    },
  };
}

/** L6 to L9: what those get who ask. */
export function askingRules(facts: Facts, judge: Judge): Rule {
  const { setting } = facts;
  const turns = new WeakMap<Ask, number>();
  const heldAt = new WeakMap<Ask, string | undefined>();
  /** By all that each manager has read or written: where a server gives a token again, or an answer of no use ends it, that is the soonest. */
  const expiries = new WeakMap<Player, Map<string, number>>();
  const learn = (by: Player, { tokens }: SessionRecord): void => {
    if (tokens?.expiresAt === undefined) return;
    const { accessToken, expiresAt } = tokens;
    const known = expiries.get(by) ?? new Map<string, number>();
    expiries.set(
      by,
      known.set(accessToken, Math.min(expiresAt, known.get(accessToken) ?? Infinity)),
    );
  };
  const fails = (ask: Ask, error: Thrown): void => {
    const { by } = ask;
    if (turns.get(ask) === facts.turn && by.alive && !by.closing) {
      judge.checked('L9');
      const { code, action, retryAfter } = error;
      const limit = code === 'ERR_REFRESH_LIMIT' || code === 'ERR_WAIT_LIMIT';
      if (action === 'retry' && !limit && Number(retryAfter) < setting.waitTimeout)
        judge.broken(
          'L9',
          `turned away for ${String(retryAfter)} ms with ${setting.waitTimeout} ms to wait`,
        );
    }
    const held = heldAt.get(ask);
    if (ask.kind !== 'get' || held === undefined || held !== by.held || by.closing || by.dead)
      return;
    if (ask.duringSignIn || by.signingIn > 0 || error.code === 'ERR_WAIT_LIMIT') return;
    const until = expiries.get(by)?.get(held);
    if (until === undefined) return;
    judge.checked('L7');
    if (until > by.wall() && !facts.players.some(({ jumped }) => jumped))
      judge.broken(
        'L7',
        `no token (${String(error.code)}), although one is good for ${until - by.wall()} ms`,
      );
  };
  return {
    asked(ask) {
      turns.set(ask, facts.turn);
      heldAt.set(ask, ask.by.held);
    },
    attempted: learn,
    read: learn,
    settled(ask: Ask, end: AskEnd) {
      if ('fail' in end) return end.aborted ? undefined : fails(ask, end.fail ?? {});
      if (end.give === undefined || !setting.subjects || ask.family === undefined) return;
      judge.checked('L6');
      if (familyOf(end.give.accessToken) !== ask.family)
        judge.broken('L6', `asked as ${ask.family}, answered as ${familyOf(end.give.accessToken)}`);
    },
  };
}

/** L10: all come to the same end. L13: short lives. `own`: whose work it was. `told`: why a session is over. */
export function agreementRules(facts: Facts, judge: Judge): Rule {
  /** Short lives in a row that came to nothing. */
  let stuck = 0;
  return {
    quiet(record) {
      if (!facts.strikes.some(({ fault }) => fault === 'restored' || fault === 'storeBack')) return;
      // What another program left there is no record yet, and a session all the same.
      const bare = record === undefined ? facts.imported : undefined;
      const family = familyOf(record?.status === 'active' ? record.tokens?.accessToken : bare);
      for (const by of facts.players) {
        if (!by.alive || by.closing || facts.players.some(({ jumped }) => jumped)) continue;
        judge.checked('L10');
        if (familyOf(by.held) !== family)
          judge.broken('L10', `manager ${by.id} has ${familyOf(by.held)}, the store ${family}`);
      }
    },
    lived(by, life, given) {
      judge.checked('L13');
      const isStuck = !given && by.calls.length === 0 && by.held !== undefined && !by.dead;
      // In a row: while nobody is signed in there is nothing to get past.
      stuck = isStuck ? (life === 1 ? 1 : stuck + 1) : 0;
      if (stuck >= ENOUGH_LIVES)
        judge.broken('L13', `nobody got past an abandoned intent in ${stuck} lives`);
    },
    event(by, event) {
      const token = facts.tokenOf(event.token);
      if (event.type === 'refreshed' && event.by === 'peer') {
        judge.checked('own');
        const mine = by.calls.some(({ answer }) => answer === token);
        if (mine && facts.strikes.length === 0)
          judge.broken('own', 'its own refresh was told as a peer’s');
      }
      if (event.type !== 'sessionEnded' || event.by !== 'self') return;
      const lost =
        facts.strikes.length > 0 &&
        facts.strikes.every(({ fault }) => fault === 'answerLost' || fault === 'errorAfter');
      if (!lost) return;
      judge.checked('told');
      if (!String(event.error.message).includes('probably lost'))
        judge.broken(
          'told',
          'the session ended after a lost answer, and the error does not say so',
        );
    },
  };
}
