import type { Fault } from '../simulation/faults.ts';
import type { Facts, Judge, Row, Rule } from '../simulation/facts.ts';
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
  'storeBack',
  'trap',
]);

/** Faults after which a manager owes its store something: only who is killed, or closed, while it owes may lose that. */
const OWED: ReadonlySet<Fault> = new Set<Fault>([
  'storeFails',
  'writeLate',
  'writeRefused',
  'outage',
  'away',
]);

/** Those among them after which the store is what it was. */
const STORE_STAYS: ReadonlySet<Fault> = new Set<Fault>(
  [...CAN_LOSE].filter((fault) => fault !== 'storeBack'),
);

/** D2, D6, D7, D8 and: no session is lost without a fault that accounts for it. */
export function endingRules(facts: Facts, judge: Judge): Rule {
  const { setting, server, strikes } = facts;

  /** Faults that cost nothing, and the row that says so. */
  const harmless: Partial<Record<Fault, Row>> = {
    outage: 'L1',
    storeFails: 'L1',
    restored: 'L1',
    away: 'L2',
    ended: 'L11',
    writeLate: 'L1',
    writeRefused: 'L1',
  };
  /** A record that is away for longer than a flight waits, while somebody redeems, is not promised to live. */
  const longAway = (): boolean =>
    facts.away.some(
      ({ from, until }) =>
        until - from > 30_000 &&
        facts.calls.some(({ since }) => since >= from - 100_000 && since <= until),
    );

  const accounted = (again: Redemption): boolean => {
    const first = server.log.find(
      (entry) => entry.family === again.family && entry.index === again.index,
    );
    // Nothing that happened before this refresh token was issued can account for its loss.
    const born =
      server.log.find((entry) => entry.family === again.family && entry.index === again.index - 1)
        ?.order ?? 0;
    const owing =
      strikes.some(({ fault }) => OWED.has(fault)) &&
      facts.players.some(
        ({ id, closing }) =>
          closing || strikes.some((one) => one.fault === 'crash' && one.owner === id),
      );
    if (owing || longAway()) return true;
    return strikes.some(
      ({ fault, owner, order }) =>
        CAN_LOSE.has(fault) &&
        order < again.order &&
        (owner === 0 || ((owner === first?.by || owner === again.by) && order >= born)),
    );
  };

  /** What promises that nothing is lost, after the faults that struck: D6 where none of them can lose anything. */
  const promise = (): Row | undefined => {
    const dangerous = strikes.filter(({ fault }) => CAN_LOSE.has(fault));
    if (dangerous.length === 0) {
      const rows = new Set(strikes.map(({ fault }) => harmless[fault]));
      const owing = strikes.some(({ fault }) => OWED.has(fault));
      if (longAway() || (owing && facts.players.some(({ closing }) => closing))) return undefined;
      return (['L11', 'L2', 'L1'] as const).find((row) => rows.has(row)) ?? 'D6';
    }
    if (!dangerous.every(({ fault }) => STORE_STAYS.has(fault))) return undefined;
    if (dangerous.every(({ fault }) => fault === 'leaseLost'))
      return setting.mode === 'revokes' ? undefined : 'D7';
    return setting.mode === 'neverRotates' || (setting.mode === 'grace' && dangerous.length === 1)
      ? 'D8'
      : undefined;
  };

  return {
    event(by, event) {
      if (event.type !== 'sessionEnded') return;
      const promised = promise();
      if (
        promised !== undefined &&
        server.revoked(familyOf(facts.tokenOf(event.token)) ?? '') !== 'signOut'
      )
        judge.broken(promised, 'a session ended, although nothing happened that could cost it');
      judge.checked('lost');
      const family = familyOf(facts.tokenOf(event.token)) ?? '';
      const refused = server.log.some(
        (entry) => entry.family === family && entry.outcome === 'reuse',
      );
      if (!refused && server.revoked(family) === undefined)
        judge.broken('lost', 'a session ended that the server had not refused');
    },
    quiet(record) {
      judge.checked('D2');
      for (const entry of server.log) {
        if (entry.outcome !== 'reuse' && entry.outcome !== 'grace') continue;
        if (!setting.faulty)
          judge.broken(
            'D2',
            `refresh token ${entry.index} of ${entry.family} was used twice, without any fault`,
          );
        judge.checked('lost');
        const promised = promise();
        if (promised !== undefined && promised.startsWith('L')) judge.checked(promised);
        if (!accounted(entry))
          judge.broken(
            promised?.startsWith('L') === true ? promised : 'lost',
            `refresh token ${entry.index} of ${entry.family} was used twice, and no fault accounts for it`,
          );
      }
      const token =
        record?.status === 'active' && record.dead === undefined
          ? record.tokens?.refreshToken
          : undefined;
      const promised = promise();
      if (
        promised === undefined ||
        token === undefined ||
        server.revoked(tokenName(token)?.family ?? '') !== undefined
      )
        return;
      judge.checked(promised);
      if (!server.isLive(token))
        judge.broken(promised, 'the stored refresh token is not one that the server would redeem');
    },
  };
}
