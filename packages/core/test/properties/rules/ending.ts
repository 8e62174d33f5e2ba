import type { Fault } from '../simulation/faults.ts';
import type { Facts, Judge, Rule } from '../simulation/facts.ts';
import { familyOf } from '../simulation/facts.ts';
import type { Redemption } from '../simulation/oracle.ts';
import { tokenName } from '../simulation/oracle.ts';

/** Faults after which a refresh token may be redeemed twice: an answer, a write or a sender was lost. */
const CAN_LOSE: ReadonlySet<Fault> = new Set<Fault>([
  'answerLost',
  'errorAfter',
  'cutJson',
  'requestLate',
  'hang',
  'crash',
  'leaseLost',
  'storeFails',
  'storeBack',
]);

/** D2, D6 and: no session is lost without a fault that accounts for it. */
export function endingRules(facts: Facts, judge: Judge): Rule {
  const { setting, server, strikes } = facts;

  const accounted = (again: Redemption): boolean => {
    const first = server.log.find((entry) => entry.family === again.family && entry.index === again.index);
    // Nothing that happened before this refresh token was issued can account for its loss.
    const born = server.log.find((entry) => entry.family === again.family && entry.index === again.index - 1)?.order ?? 0;
    return strikes.some(
      ({ fault, owner, order }) =>
        CAN_LOSE.has(fault) && order < again.order && (owner === 0 || ((owner === first?.by || owner === again.by) && order >= born)),
    );
  };

  return {
    event(by, event) {
      if (event.type !== 'sessionEnded') return;
      judge.checked('lost');
      const family = familyOf(facts.tokenOf(event.token)) ?? '';
      const refused = server.log.some((entry) => entry.family === family && entry.outcome === 'reuse');
      if (!refused && server.revoked(family) === undefined) judge.broken('lost', 'a session ended that the server had not refused');
    },
    quiet(record) {
      judge.checked('D2');
      for (const entry of server.log) {
        if (entry.outcome !== 'reuse' && entry.outcome !== 'grace') continue;
        if (!setting.faulty) judge.broken('D2', `refresh token ${entry.index} of ${entry.family} was used twice, without any fault`);
        judge.checked('lost');
        if (!accounted(entry))
          judge.broken('lost', `refresh token ${entry.index} of ${entry.family} was used twice, and no fault accounts for it`);
      }
      const token = record?.status === 'active' && record.dead === undefined ? record.tokens?.refreshToken : undefined;
      if (setting.faulty || token === undefined || server.revoked(tokenName(token)?.family ?? '') !== undefined) return;
      judge.checked('D6');
      if (!server.isLive(token)) judge.broken('D6', 'the stored refresh token is not the one that the server would redeem');
    },
  };
}
