import { isAuthorization, headerOf, setsOnlyAuthorization } from './header-only.ts';
import { wholeExport } from './module.ts';
import type { Plan } from './plan.ts';
import { type Remark, remark } from './remark.ts';
import { storageCall } from './stored.ts';
import { saysAccessToken } from './token-names.ts';
import { all, callOf, isWithin, named, type Node, pathOf, textOf } from './syntax.ts';

/** The request interceptors of the instance that do nothing but set its header, as statements: they go. */
export function needlessInterceptors(tree: Node, instance: string): Node[] {
  return all(tree, 'expression_statement').filter((statement) => {
    const call = callOf(named(statement)[0]);
    const [onRequest, onError] = call?.args ?? [];
    const isOfInstance = call?.path?.join('.') === `${instance}.interceptors.request.use`;
    const isPlain =
      !onError || /^(?:null|undefined)$|Promise\.reject\(\w*\)[;\s}]*$/.test(onError.text());
    return isOfInstance && isPlain && onRequest !== undefined && setsOnlyAuthorization(onRequest);
  });
}

/** What is left to do in the file, besides what follows from any migration. */
export function stepsOf(tree: Node, plan: Plan, instance: string, gone: readonly Node[]): Remark[] {
  const isGone = (node: Node): boolean => gone.some((one) => isWithin(node, one));
  const headers = authorizationsIn(tree)
    .filter((node) => !isGone(node))
    .map((node) =>
      remark(
        node,
        'what-goes',
        'delete what sets the Authorization header: a header that is not ours is left alone, and so is its 401',
      ),
    );
  const keys = [...plan.answer.keys, ...plan.stored.map(({ key }) => key)];
  const readers = all(tree, 'call_expression')
    .filter((node) => !isGone(node) && keys.includes(storageCall(node)?.key ?? ''))
    .map((node) =>
      remark(
        node,
        'which-store-replaces-what',
        `\`${node.text()}\`: the tokens are in the manager now, \`await tokens.getToken()\``,
      ),
    );
  return [
    ...headers,
    ...readers,
    ...ownInterceptors(tree, plan, instance),
    ...exportStep(tree),
    ...originStep(tree, instance),
    ...shapeStep(plan),
  ];
}

/** A CommonJS module that is one value has no place for the manager. */
function exportStep(tree: Node): Remark[] {
  const value = wholeExport(tree);
  if (!value || value.kind() === 'object') return [];
  return [
    remark(
      value,
      'after-the-login',
      'the manager is not exported, since the module is one value: logins and sign-outs need it',
    ),
  ];
}

/** A refresh through the instance that it serves passes the interceptors of that instance. */
function ownInterceptors(tree: Node, { callback }: Plan, instance: string): Remark[] {
  if (callback.request.path?.[0] !== instance) return [];
  return all(tree, 'call_expression')
    .filter((node) => callOf(node)?.path?.join('.') === `${instance}.interceptors.response.use`)
    .map((node) =>
      remark(
        node,
        'the-refresh-call',
        `the refresh goes through \`${instance}\`: this interceptor must not unwrap its answer, map its error or sign out after its 401`,
      ),
    );
}

/** Every place that sets an Authorization header. */
export const authorizationsIn = (tree: Node): Node[] =>
  [...all(tree, 'assignment_expression'), ...all(tree, 'pair')].filter((node) =>
    setsAuthorization(node),
  );

function setsAuthorization(node: Node): boolean {
  if (node.kind() === 'pair')
    return isAuthorization(node.field('key')?.text().replaceAll(/['"]/g, ''));
  const left = node.field('left');
  return left !== null && isAuthorization(headerOf(pathOf(left)));
}

/** Without a base URL nobody knows which origin may see the token. */
function originStep(tree: Node, instance: string): Remark[] {
  const made = all(tree, 'variable_declarator').find(
    (one) => one.field('name')?.text() === instance,
  );
  const declared = all(tree, 'import_statement').find((one) =>
    new RegExp(`\\b${instance}\\b`).test(one.text()),
  );
  const place = made ?? declared;
  const isAxios =
    declared !== undefined && textOf(declared.field('source') ?? undefined) === 'axios';
  const hasBase =
    made !== undefined &&
    (/\bbaseURL\b/.test(made.text()) || !/\.create\((?:\{.*\})?\)/s.test(made.text()));
  if (!place || (declared && !isAxios) || hasBase || /\.defaults\.baseURL\b/.test(tree.text()))
    return [];
  return [
    remark(
      place,
      'which-origins',
      `\`${instance}\` has no \`baseURL\` here: say in \`origins\` of \`attachAuth\` which origins may see the token`,
    ),
  ];
}

function shapeStep({ isWhole, callback, kind }: Plan): Remark[] {
  if (isWhole || kind === 'cookies') return [];
  return [
    remark(
      callback.node,
      'token-shapes-and-expiry',
      'the answer names its tokens in its own way: logins need the same mapping in `setSession`, and `expiresAt` where the token is no JWT',
    ),
  ];
}

/** What every migration leaves to do, at the place of the call. */
export function everyStep(plan: Plan, site: Node, tokens: string, isInFunction: boolean): Remark[] {
  return [
    ...(isInFunction
      ? [
          remark(
            site,
            'one-manager-for-a-session',
            'the function now returns the manager: call it once, and keep what it returns',
          ),
        ]
      : []),
    remark(
      site,
      'after-the-login',
      plan.kind === 'acquire'
        ? `after each login: \`await ${tokens}.setSession(answer)\`, or \`${tokens}.refresh()\``
        : `after each login: \`await ${tokens}.setSession(${plan.kind === 'cookies' ? '' : 'answer'})\``,
    ),
    remark(site, 'sign-out', `at the sign-out: \`await ${tokens}.signOut()\``),
    ...(plan.kind === 'cookies'
      ? [
          remark(
            site,
            'cookies',
            'give `subject`, where another user can sign in within the same browser',
          ),
        ]
      : []),
    ...(plan.kind === 'refresh' &&
    plan.answer.keys.length < 2 &&
    !plan.answer.keys.some((key) => saysAccessToken(key))
      ? [
          remark(
            site,
            'sessions-from-before',
            'take over the sessions from before: where their access tokens are kept is not seen here',
          ),
        ]
      : []),
  ];
}
