import type { Finding } from './finding.ts';
import type { ProofRecord, Redemption, Replica } from './record.ts';

/** What is wrong with the redemptions of a run, and with the sessions that they were for. */
export function reuseFindings(record: ProofRecord): Finding[] {
  const { matched, unmatched } = matchReuses(record);
  const over = new Set([...matched.keys(), ...unmatched].map(({ session }) => session));
  const lost = new Set(
    record.reads
      .filter(({ result }) => result.type === 'problem' && ENDED.has(result.code))
      .map(({ key }) => key),
  );
  return [
    ...doubles(record.redemptions),
    ...unmatched.map(({ token, session, replica }) => ({
      rule: 'a refresh token came twice without a lost answer' as const,
      what: `${token} of ${session}, from process ${replica}`,
    })),
    ...[...lost]
      .filter((key) => !over.has(key))
      .map((key) => ({ rule: 'a session was lost without a lost answer' as const, what: key })),
    ...[...record.last]
      .filter(([key, { type }]) => type !== 'token' && !over.has(key))
      .map(([key, result]) => ({
        rule: 'a session had no token in the end' as const,
        what: `${key}: ${'code' in result ? result.code : result.type}`,
      })),
  ];
}

const ENDED = new Set(['ERR_SESSION_ENDED', 'ERR_SIGNED_OUT', 'unknown']);

/**
 * Each detection of a reuse, with the redemption before it whose answer was lost. A redemption explains one: its session is over
 * then.
 */
export function matchReuses({ redemptions, replicas }: ProofRecord): {
  readonly matched: ReadonlyMap<Redemption, Redemption>;
  readonly unmatched: readonly Redemption[];
} {
  const lost = new Map(
    redemptions.filter((one) => isLost(one, replicas)).map((one) => [one.token, one]),
  );
  const matched = new Map<Redemption, Redemption>();
  const unmatched: Redemption[] = [];
  for (const reuse of redemptions.filter(({ outcome }) => outcome === 'reuse')) {
    const before = lost.get(reuse.token);
    if (before === undefined) unmatched.push(reuse);
    else matched.set(reuse, before);
    lost.delete(reuse.token);
  }
  return { matched, unmatched };
}

/**
 * Has the provider rotated, and nobody has what it gave? Its answer was cut, or the process that had asked was killed before its log
 * said that the refresh is over: it says so when the new tokens are stored.
 */
export function isLost(redemption: Redemption, replicas: readonly Replica[]): boolean {
  if (redemption.outcome !== 'rotated') return false;
  if (redemption.isCut) return true;
  const replica = replicas.find(({ id }) => id === redemption.replica);
  if (replica?.ended?.signal !== 'SIGKILL') return false;
  return !replica.refreshes.some(
    ({ session, at }) => session === redemption.session && at >= redemption.start,
  );
}

function doubles(redemptions: readonly Redemption[]): Finding[] {
  const seen = new Set<string | undefined>();
  return redemptions
    .filter(({ outcome }) => outcome === 'rotated')
    .filter(({ token }) => seen.has(token) || !seen.add(token))
    .map(({ token, session }) => ({
      rule: 'a refresh token was redeemed twice' as const,
      what: `${token} of ${session}`,
    }));
}
