import { setsOnlyAuthorization } from './header-only.ts';
import { Refusal } from './remark.ts';
import { bare, named, type Node, pathOf } from './syntax.ts';

/** Options that need no successor: one refresh for all, and one replay, is what Unexpired does. */
const NEEDLESS = [
  'pauseInstanceWhileRefreshing',
  'skipWhileRefreshing',
  'deduplicateRefresh',
  'maxRetries',
];

/** `classify` of `attachAuth` for the options of the library, as source text; `undefined`: the standard, which is a 401. */
export function classifyOf(options: Node | undefined, instance: string): string | undefined {
  if (!options) return undefined;
  if (options.kind() !== 'object')
    throw new Refusal(options, 'by-hand', 'the options are not written out in the call');
  let classify: string | undefined;
  for (const member of named(options)) {
    const { name, value } = optionOf(member);
    if (NEEDLESS.includes(name)) continue;
    if (name === 'statusCodes') classify = classifyStatuses(value);
    else requireHarmless(name, value, member, instance);
  }
  return classify;
}

function optionOf(member: Node): { readonly name: string; readonly value: Node } {
  const key = member.field('key') ?? member.field('name') ?? member;
  if (member.kind() === 'spread_element')
    throw new Refusal(member, 'by-hand', 'the options are not written out in the call');
  return { name: key.text().replaceAll(/['"]/g, ''), value: member.field('value') ?? member };
}

function requireHarmless(name: string, value: Node, member: Node, instance: string): void {
  if (value.text() === 'undefined') return;
  switch (name) {
    case 'retryInstance':
      if (pathOf(value)?.join('.') === instance) return;
      throw new Refusal(
        member,
        'what-the-retry-changes',
        '`retryInstance` is another instance: a refused request is sent again below the interceptors of the instance that it came from',
      );
    case 'onRetry':
      if (setsOnlyAuthorization(value)) return;
      throw new Refusal(
        member,
        'what-the-retry-changes',
        '`onRetry` changes more than the Authorization header: interceptors do not run for the request that is sent again',
      );
    case 'shouldRefresh':
      throw new Refusal(
        member,
        'which-refusals-count',
        '`shouldRefresh` decides by the error: write it as `classify(response, request)` of `attachAuth`, which may read the body',
      );
    case 'interceptNetworkError':
      if (value.text() === 'false') return;
      throw new Refusal(
        member,
        'network-errors',
        '`interceptNetworkError` refreshes after any network error: let the API send its CORS headers with a 401',
      );
    default:
      throw new Refusal(member, 'by-hand', `the option \`${name}\` is not known here`);
  }
}

/** The standard asks for a 401; what the list has besides, or has not, is said to `classify`. */
function classifyStatuses(list: Node): string | undefined {
  const values = list.kind() === 'array' ? named(list) : [];
  const statuses = values.map((value) => Number(bare(value).text()));
  if (statuses.length === 0 || statuses.some((status) => Number.isNaN(status)))
    throw new Refusal(list, 'which-refusals-count', '`statusCodes` is no list of numbers');
  const others = statuses.filter((status) => status !== 401);
  if (others.length === 0) return undefined;
  const test =
    others.length === 1 ? `status === ${others[0]}` : `[${others.join(', ')}].includes(status)`;
  return `({ status }) => (${test} ? 'rejected' : ${statuses.includes(401) ? 'undefined' : "'accepted'"})`;
}
