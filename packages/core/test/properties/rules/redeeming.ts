import type { TokenSet } from '../../../src/index.ts';
import type { Call, Facts, Judge, Player, Rule } from '../simulation/facts.ts';
import { familyOf, isOver } from '../simulation/facts.ts';
import { tokenName } from '../simulation/oracle.ts';

/** The limiter's own numbers: N useless tokens in W ms. */
const N = 5;
const W = 30_000;
/** Refused this soon after it was obtained, a token was useless. */
const ON_ARRIVAL = 10_000;
/** After useless tokens in a row, one that is refused this soon counts as useless as well. */
const REMEMBERED = 120_000;

/** An answer that comes later than this after its call was told to stop, in ms, is taken for lost. */
const LOST = 65_000;

/** P1, P6, P8 (back-off), P9, D1, D3 (what is redeemed): when the token endpoint may be called. */
export function redeemingRules(facts: Facts, judge: Judge): Rule {
  const { setting, timeline } = facts;
  const skew = Math.min(setting.skewWindow, setting.lifetime * 100);

  const isOutstanding = ({ over, stopped }: Call): boolean =>
    !over && (stopped === undefined || timeline.now < stopped + LOST);

  /** By both tokens: of a useless answer the refresh token is kept with the access token of before, and some servers never rotate. */
  const isSameGeneration = (one: TokenSet, other: TokenSet): boolean =>
    one.refreshToken === other.refreshToken &&
    facts.generationOf(one.accessToken) === facts.generationOf(other.accessToken);

  const leaseLost = (): boolean => facts.strikes.some(({ fault }) => fault === 'leaseLost');

  /** Without a lock that all share, a store that is set back forgets the intent: a manager that reads it before its owner cannot know. */
  const restoredSince = (call: Call): boolean =>
    ['none', 'mixed'].includes(setting.lock) &&
    facts.strikes.some(
      ({ fault, order }) => fault === 'storeBack' && order > (announced.get(call) ?? call.order),
    );
  /** When each manager wrote its latest intent, and when that of each call was written. */
  const intents = new WeakMap<Player, number>();
  const announced = new WeakMap<Call, number>();

  /** What is found out later can have stopped nobody: somebody may ask for a refresh by hand before the last tokens are refused. */
  const knownBefore = (other: Call, call: Call): boolean =>
    other.useless !== undefined && other.useless < call.order;

  const useless = (token: string): void => {
    const call = facts.calls.find(
      ({ answer, useless: known }) => answer === token && known === undefined,
    );
    if (call === undefined) return;
    call.useless = facts.order();
    judge.checked('P9');
    const window = call.by.calls.filter(
      (other) => other === call || (knownBefore(other, call) && other.since > call.since - W),
    );
    if (window.length > N)
      judge.broken('P9', `${window.length} refreshes in ${W} ms whose tokens were useless`);
  };

  return {
    written: (by, _, { intent }) => void (intent !== undefined && intents.set(by, facts.order())),
    calling(call) {
      const { by, current, reason } = call;
      const since = intents.get(by);
      if (since !== undefined) announced.set(call, since);
      const family = familyOf(current.accessToken);

      judge.checked('D7');
      if (facts.lapsed(by.id))
        judge.broken('D7', 'called under a lease that was known to have run out');

      judge.checked('P1');
      const outstanding = facts.calls.filter(
        (other) =>
          other !== call && isOutstanding(other) && familyOf(other.current.accessToken) === family,
      );
      if (outstanding.some((other) => other.by === by && other.stopped === undefined))
        judge.broken('P1', `two calls for session ${family} at once`);
      // A manager that closed gives the lock up; so does one whose lease ran out, without knowing it.
      const kept = outstanding.filter(
        (other) => other.by === by || (!other.by.closing && !leaseLost()),
      );
      if (kept.some((other) => !restoredSince(other) && isSameGeneration(other.current, current)))
        judge.broken('P1', 'a generation was redeemed again while an answer could still come');
      if (!setting.faulty && outstanding.length > 0)
        judge.broken('D1', `two managers call for session ${family} at once`);

      if (reason === 'rejected') {
        judge.checked('P6');
        const generation = facts.generationOf(current.accessToken);
        const forced = (by.forced.get(generation) ?? 0) + 1;
        by.forced.set(generation, forced);
        // Three tries belong to one flight.
        if (forced > 3 * (1 + (by.failures.get(generation) ?? 0)))
          judge.broken('P6', `${forced} forced calls for one generation`);
      }

      const rt = tokenName(current.refreshToken ?? '');
      const known = by.seen.get(rt?.family ?? '') ?? 0;
      judge.checked('D3');
      if (rt !== undefined && rt.index < known)
        judge.broken('D3', `refresh token ${rt.index} was redeemed, but ${known} was known`);

      const silence = by.backoff.get(facts.generationOf(current.accessToken));
      judge.checked('P8');
      if (silence !== undefined && timeline.now >= silence.from && timeline.now < silence.until)
        judge.broken('P8', `called ${silence.until - timeline.now} ms before the back-off ended`);

      judge.checked('P6');
      const left = (current.expiresAt ?? Infinity) - by.wall();
      const total = setting.lifetime * 1000;
      const due =
        left <= skew ||
        timeline.now >= by.learned + total - skew ||
        facts.players.some(({ jumped }) => jumped);
      // A flight goes on when those who wished for it have left, and may have to wait for an intent first.
      const wanted = by.wished >= by.began - setting.waitTimeout || setting.backgroundWindow > 0;
      if (
        reason !== 'requested' &&
        !due &&
        !by.refused.has(current.accessToken) &&
        !(reason === 'due' && wanted)
      )
        judge.broken(
          'P6',
          `refreshed as ${reason}, although it is good for ${left} ms and was not refused`,
        );

      judge.checked('P10');
      if (family !== undefined && isOver(facts, by, family))
        judge.broken('P10', `session ${family} was refreshed after it was over`);
    },
    acquiring(by) {
      judge.checked('P10');
      if (by.out && !by.askedByHand)
        judge.broken('P10', 'a session was begun from nothing after a sign-out');
      if (by.held !== undefined)
        judge.broken('P10', 'a session was begun from nothing beside another one');
    },
    answered(call) {
      if (call.answer === undefined) return;
      judge.checked('D1');
      const same = facts.calls.filter(
        (other) =>
          other.answer !== undefined && other.current.accessToken === call.current.accessToken,
      );
      if (!setting.faulty && same.length > 1)
        judge.broken('D1', 'one generation was redeemed twice');
    },
    asked(ask) {
      if (ask.kind === 'renew') ask.by.askedByHand = true;
      if (ask.validFor > 0) ask.by.wished = timeline.now;
      if (ask.kind !== 'replace' || ask.refused === undefined) return;
      // Before the store was read nobody outside knows what it will turn out to hold.
      const { held, signingIn, announcing } = ask.by;
      const settled = held !== undefined && signingIn === 0 && announcing === 0;
      if (settled && ask.refused !== ask.by.held) return;
      ask.by.refused.add(ask.refused);
      if (timeline.now - ask.by.learned < REMEMBERED) ask.by.useless.push(timeline.now);
      const own = ask.by.calls.find((call) => call.answer === ask.refused);
      const fresh = timeline.now - ask.by.learned < ON_ARRIVAL;
      // While a sign-in is being stored, a refusal of what was there before says nothing any more.
      if (own !== undefined && settled && fresh && ask.before === 0) useless(ask.refused);
    },
    event(by, event) {
      const token = facts.tokenOf(event.token);
      const generation = facts.generationOf(token);
      if (event.type === 'refreshStarted') by.began = timeline.now;
      // Where the access token is that of the generation before, the silence was that one's.
      if (event.type === 'refreshed') by.backoff.delete(generation);
      if (event.type !== 'refreshEnded' || event.outcome !== 'failed') return;
      if (event.retryAt === undefined) return;
      judge.checked('P8');
      const delay = event.retryAt - event.at;
      if (delay < 500) judge.broken('P8', `a back-off of only ${delay} ms`);
      by.backoff.set(generation, { from: timeline.now, until: timeline.now + delay });
      if (event.error.code === 'ERR_REFRESH_ANSWER') by.useless.push(timeline.now);
      if (event.error.code === 'ERR_REFRESH_ANSWER' && token !== undefined) useless(token);
    },
  };
}
