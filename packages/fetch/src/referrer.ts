const POLICY =
  /^(no-referrer(-when-downgrade)?|(strict-)?origin(-when-cross-origin)?|same-origin|unsafe-url)$/;

/**
 * For a request that `url` answered with a redirect: what its next send says of its referrer: by the policy that the redirect has, the last known one of
 * it (Referrer Policy, 8.1 and 8.2), and never more than the send before was allowed to say, as Fetch's main fetch has it.
 */
export function referrerAfter(
  { referrer, referrerPolicy }: RequestInit,
  url: string,
  header: string | null,
): RequestInit {
  const said = { ...(referrer && { referrer: reduced(referrer, referrerPolicy, url) }) };
  const policy = (header ?? '')
    .split(/[,\s]+/)
    .filter((token) => POLICY.test(token))
    .at(-1);
  return policy ? { ...said, referrerPolicy: policy as ReferrerPolicy } : said;
}

function reduced(referrer: string, policy: string | undefined, url: string): string {
  if (!/^https?:/i.test(referrer)) return referrer;
  const { origin } = new URL(referrer);
  const isElsewhere = origin !== new URL(url).origin;
  if (policy === 'no-referrer' || (policy === 'same-origin' && isElsewhere)) return '';
  const saysAll = isElsewhere
    ? /^unsafe|downgrade$/.test(policy ?? '')
    : !/^(strict-)?origin$/.test(policy ?? '');
  return saysAll ? referrer : `${origin}/`;
}
