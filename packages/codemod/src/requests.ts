import { Refusal } from './remark.ts';
import {
  all,
  callOf,
  edit,
  type Edit,
  endOf,
  isWithin,
  named,
  type Node,
  startOf,
} from './syntax.ts';

/** Requests that need no token: those that make a session, and those of people who have none. */
const SIGNS_IN =
  /(?:log|sign)[-_]?(?:in|up)|regist|refresh|forgot|(?:reset|recover)[-_/]?pass|verif|otp|\btoken\b|public|captcha/i;

/** `skipAuthRefresh: true` of requests outside of the callback becomes `tokens: false`, where the request needs no token. */
export function skippedRequests(tree: Node, callback: Node | undefined): Edit[] {
  return ['property_identifier', 'shorthand_property_identifier', 'string'].flatMap((kind) =>
    all(tree, kind)
      .filter((node) => /^['"]?skipAuthRefresh['"]?$/.test(node.text()))
      .filter((node) => !callback || !isWithin(node, callback))
      .map((node) => unsigned(node)),
  );
}

function unsigned(node: Node): Edit {
  const pair = node.parent();
  const request = node.ancestors().find((one) => one.kind() === 'call_expression');
  const value = pair?.kind() === 'pair' ? pair.field('value')?.text() : undefined;
  if (!pair || value !== 'true' || !request)
    throw new Refusal(
      node,
      'requests-without-a-token',
      '`skipAuthRefresh` is no `skipAuthRefresh: true` in the config of a request',
    );
  const [first] = callOf(request)?.args ?? [];
  const url =
    first?.kind() === 'object'
      ? named(first)
          .find((member) => /^url\b/.test(member.text()))
          ?.text()
      : first?.text();
  if (!SIGNS_IN.test(url ?? ''))
    throw new Refusal(
      node,
      'requests-without-a-token',
      '`skipAuthRefresh` on a request that may need its token: `tokens: false` sends it without one, and `classify` with `accepted` leaves its 401 alone',
    );
  return edit(startOf(pair), endOf(pair), 'tokens: false');
}

/** The type of a request's config becomes axios's own, which `@unexpired/axios` extends. */
export function requestConfigs(
  tree: Node,
  configs: readonly string[],
  without: readonly Node[],
): Edit[] {
  return all(tree, 'type_identifier')
    .filter((node) => configs.includes(node.text()))
    .filter((node) => !without.some((outer) => isWithin(node, outer)))
    .map((node) => edit(startOf(node), endOf(node), 'AxiosRequestConfig'));
}
