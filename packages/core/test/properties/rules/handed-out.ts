import type { IssuedToken } from '../../../src/index.ts';
import type { Facts, Judge, Rule } from '../simulation/facts.ts';
import { familyOf, isOver } from '../simulation/facts.ts';

/** Ms in which five useless tokens stop a manager, also those that peers fetched. */
const LIMITER_WINDOW = 30_000;

/** P3, P4, P6 (never the same token again), P10, D5: what may be handed out. */
export function handedOutRules(facts: Facts, judge: Judge): Rule {
  const { setting, timeline, generations, stored } = facts;
  const total = setting.lifetime * 1000;

  return {
    settled(ask, end) {
      if (!('give' in end) || end.give === undefined) return;
      const { by } = ask;
      const { accessToken, expiresAt } = end.give;
      const family = familyOf(accessToken) ?? '';
      // Whoever could not even read the store has said so, and owes it.
      const { generation: shown } = end.give as Partial<IssuedToken>;
      const owed = by.notDurable.has(accessToken) ? shown : undefined;
      const generation = generations.get(accessToken) ?? owed;

      judge.checked('D5');
      if (generation === undefined)
        return judge.broken('D5', 'a token was handed out that nobody tried to store');
      if (!stored.has(accessToken) && !by.notDurable.has(accessToken))
        judge.broken('D5', 'a token was handed out before it was stored');

      judge.checked('P3');
      if (generation < (ask.floor.get(family) ?? 0))
        judge.broken('P3', `generation ${generation} after ${ask.floor.get(family)}`);
      by.handed.set(family, Math.max(generation, by.handed.get(family) ?? 0));

      judge.checked('P10');
      if (isOver(facts, by, family))
        judge.broken('P10', `a token of session ${family} was handed out after it was over`);
      if (ask.family !== undefined && ask.family !== family)
        judge.broken('P10', `asked in session ${ask.family}, answered in ${family}`);
      if (by.signingIn > 0) by.givenDuringSignIn.push(family);

      if (ask.kind === 'replace') {
        judge.checked('P6');
        if (accessToken === ask.refused)
          judge.broken('P6', 'a refused request got the same token again');
        if (family !== familyOf(ask.refused))
          judge.broken('P10', 'a refused request got another session’s token');
      }

      judge.checked('P4');
      const left = (expiresAt ?? Infinity) - by.wall();
      if (left <= 0) judge.broken('P4', `expired ${-left} ms ago by the wall clock`);
      const source = facts.calls.findLast((call) => call.answer === accessToken);
      const age = source?.by === by ? timeline.now - source.since : 0;
      // An absolute expiry counts from when the server issued the token, and says nothing where the clock is wrong.
      const unknown = setting.absolute;
      if (age >= total && !unknown)
        judge.broken('P4', `expired ${age - total} ms ago by the monotonic clock`);
      const excused =
        accessToken === facts.imported ||
        by.dead ||
        by.closing ||
        by.failed >= by.learned ||
        timeline.now - ask.since >= setting.waitTimeout ||
        by.learned >= ask.since ||
        by.useless.filter((at) => at >= ask.since - LIMITER_WINDOW).length >= 5 ||
        (setting.absolute && facts.players.some(({ jumped }) => jumped));
      if (
        ask.kind === 'get' &&
        left > 0 &&
        left <= Math.min(setting.skewWindow, total / 10) &&
        !excused
      )
        judge.broken(
          'P4',
          `inside of the skew window with ${left} ms left, although nothing kept a refresh from being had`,
        );
    },
    event(by, event) {
      if (event.type !== 'signedIn' || event.by !== 'self') return;
      const family = familyOf(facts.tokenOf(event.token));
      if (by.givenDuringSignIn.some((given) => given !== family))
        judge.broken('P10', 'a token of the old session was handed out during a sign-in');
      by.givenDuringSignIn.length = 0;
    },
  };
}
