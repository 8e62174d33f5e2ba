import type { SessionRecord } from '../../../src/session/store.ts';
import type { Facts, Judge, Rule } from '../simulation/facts.ts';
import { familyOf, isOver } from '../simulation/facts.ts';
import { tokenName } from '../simulation/oracle.ts';

/** D3 and D4: how what is stored may change. */
export function storedRules(facts: Facts, judge: Judge): Rule {
  const over = new Set<string>();
  /** After a store went back across a sign-in or sign-out, managers that saw the two in different orders cannot agree any more on which one is over; but each keeps to what it knows. */
  let wentBack = false;
  /** Records that were on their way to the store after their sender knew that their session was over. */
  const sentKnowing = new WeakSet<SessionRecord>();
  const indexOf = (record: SessionRecord): number =>
    tokenName(record.tokens?.refreshToken ?? '')?.index ?? 0;

  return {
    attempted(by, record) {
      if (isOver(facts, by, familyOf(record.tokens?.accessToken) ?? '')) sentKnowing.add(record);
    },
    written(_, before, after) {
      judge.checked('D4');
      if (
        after.status === 'active' &&
        over.has(after.session) &&
        // A mark on what a store that went back shows brings nothing back.
        (!wentBack || (sentKnowing.has(after) && before?.session !== after.session))
      )
        judge.broken('D4', 'a session was stored again after it was over');
      if (before === undefined) return;
      if (before.session !== after.session || after.status === 'signedOut')
        over.add(before.session);
      if (
        before.session !== after.session ||
        before.status !== 'active' ||
        after.status !== 'active'
      )
        return;
      judge.checked('D3');
      if (after.gen < before.gen)
        judge.broken('D3', `generation ${before.gen} was replaced by ${after.gen}`);
      if (after.gen > before.gen + 1 && facts.strikes.length === 0)
        judge.broken('D3', `generation ${before.gen} was followed by ${after.gen}`);
      if (indexOf(after) < indexOf(before))
        judge.broken('D3', `refresh token ${indexOf(before)} was replaced by ${indexOf(after)}`);
    },
    restored() {
      wentBack = true;
    },
    quiet(record) {
      const family = familyOf(record?.tokens?.accessToken);
      if (record?.status !== 'active' || family === undefined || wentBack) return;
      judge.checked('D4');
      // A manager that closed, or was killed, has nothing to say any more: a sign-out that could not be stored until then is lost.
      if (
        facts.players.some(
          (player) => player.alive && !player.closing && isOver(facts, player, family),
        )
      )
        judge.broken('D4', 'a session is still stored that somebody has signed out of');
    },
  };
}
