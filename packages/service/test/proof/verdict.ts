import type { Finding, Rule } from './finding.ts';
import type { Issued, ProofRecord, Read } from './record.ts';
import { reuseFindings } from './reuses.ts';

/** What is wrong with a run; nothing, where all promises were kept. It depends on nobody being quick. */
export function verdict(record: ProofRecord): Finding[] {
  const tokens = new Map(record.issued.map((one) => [one.token, one]));
  const replaced = replacedIn(record.reads);
  const refused = new Map(record.refusals.map(({ token, at }) => [token, at]));
  return [
    ...record.reads.flatMap((read) => [
      ...tokenFindings(read, tokens),
      ...rejectionFindings(read, replaced, record),
      ...useFindings(read, tokens, refused, record),
      ...answerFindings(read, record),
    ]),
    ...reuseFindings(record),
    ...record.leaks.map(({ secret, where }) =>
      finding('a secret was written', `${secret} in ${where}`),
    ),
  ];
}

const finding = (rule: Rule, what: string): Finding => ({ rule, what });

function tokenFindings(read: Read, tokens: ReadonlyMap<string, Issued>): Finding[] {
  const { result, key, begun } = read;
  if (result.type !== 'token') return [];
  const issued = tokens.get(result.token);
  if (issued?.session !== key)
    return [finding('a token of another session was served', `${result.token} for ${key}`)];
  // It was served after the request had begun.
  const late = begun - (issued.at + issued.lifetime);
  return late > 0
    ? [
        finding(
          'a token was served after its expiry',
          `${result.token} for ${key}, ${late} ms late`,
        ),
      ]
    : [];
}

/** Ms after which every replica that can ask the database has heard of a change. */
const HEARD = 2000;
/** A request that was answered sooner did not wait for a database that is slow: that takes a second. */
const AT_ONCE = 900;

/** When the first answer with a newer generation was there, for each generation that was refused. */
function replacedIn(reads: readonly Read[]): ReadonlyMap<string, number> {
  const replaced = new Map<string, number>();
  for (const { rejected, result, ended = Infinity } of reads)
    if (rejected !== undefined && result.type === 'token') {
      const name = nameOf(rejected);
      replaced.set(name, Math.min(ended, replaced.get(name) ?? Infinity));
    }
  return replaced;
}

const nameOf = ({ session, generation }: { session: string; generation: number }): string =>
  `${session}.${generation}`;

function rejectionFindings(
  read: Read,
  replaced: ReadonlyMap<string, number>,
  { outages }: ProofRecord,
): Finding[] {
  const { result, rejected, key, begun, ended = Infinity } = read;
  if (result.type !== 'token') return [];
  const what = `generation ${result.generation} of ${key}`;
  if (rejected !== undefined)
    return result.session === rejected.session && result.generation <= rejected.generation
      ? [finding('a refused token was served in its own place', what)]
      : [];
  const at = replaced.get(nameOf(result)) ?? Infinity;
  if (begun <= at + HEARD || ended - begun > AT_ONCE) return [];
  // Who cannot ask the database goes on with what it knows, for `limits.staleFor`. What is stored late is heard of after that.
  if (outages.some(({ from, until }) => begun <= until + HEARD && from < ended)) return [];
  return [
    finding(
      'a refused token was served again after it had been replaced',
      `${what}, ${begun - at} ms after it`,
    ),
  ];
}

/** Ms by which the provider ends a token sooner than it has said: it counts in whole seconds. */
const ROUNDED = 1000;

function useFindings(
  { result, used, key }: Read,
  tokens: ReadonlyMap<string, Issued>,
  refused: ReadonlyMap<string, number>,
  { redemptions }: ProofRecord,
): Finding[] {
  if (result.type !== 'token' || used === undefined || used.status === 200) return [];
  const issued = tokens.get(result.token);
  if (issued === undefined || refused.has(result.token)) return [];
  // What the client did in between takes its time: the token was good when it was served.
  const isOver = used.at >= issued.at + issued.lifetime - ROUNDED;
  const isRevoked = redemptions.some(
    ({ outcome, session }) => outcome === 'reuse' && session === key,
  );
  return isOver || isRevoked
    ? []
    : [
        finding(
          'the API refused a token that it had no reason to refuse',
          `${result.token} of ${key}`,
        ),
      ];
}
function answerFindings(
  { result, key, begun, ended = Infinity }: Read,
  record: ProofRecord,
): Finding[] {
  if (result.type === 'silence') return [finding('a request was not answered', `for ${key}`)];
  if (result.type === 'odd')
    return [finding('an answer was neither a token nor a problem', `${result.status} for ${key}`)];
  if (result.type !== 'connection') return [];
  const isEnding = record.replicas.some(
    ({ ended: end, place, id }) =>
      end !== undefined && end.at <= ended && begun <= backAfter(place, id, record),
  );
  return isEnding
    ? []
    : [
        finding(
          'a connection broke while no replica ended',
          `${result.code} for ${key}, from ${begun} to ${ended}; ended: ${record.replicas.map(({ ended: end }) => end?.at ?? 'never').join()}`,
        ),
      ];
}

/** When the next process in the place of one that ended was there. */
const backAfter = (place: number, id: number, { replicas }: ProofRecord): number =>
  replicas.find((one) => one.place === place && one.id > id)?.listening ?? Infinity;
