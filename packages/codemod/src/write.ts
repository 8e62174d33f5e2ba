import type { Plan } from './plan.ts';
import {
  bare,
  edit,
  type Edit,
  endOf,
  named,
  type Node,
  startOf,
  textFromMargin,
} from './syntax.ts';

/** What the new code of a file is called, and how it is written. */
export interface Style {
  readonly tokens: string;
  readonly instance: string;
  readonly isCommonjs: boolean;
  /** Within a function of the module: nothing is exported from there. */
  readonly isInFunction: boolean;
  readonly quote: string;
  readonly hasSemicolons: boolean;
}

/** The packages that the new code needs, with the names that it needs of them. */
export function importsOf(plan: Plan, style: Style): string[] {
  const { store } = storeOf(plan);
  const core = [
    plan.kind === 'cookies' ? 'cookieSession' : 'createTokenManager',
    ...(store === 'memoryStore' || store === 'storageStore' ? [store] : []),
  ];
  const modules: (readonly [string, string])[] = [
    [core.join(', '), 'unexpired'],
    ['attachAuth', '@unexpired/axios'],
    ...(store === 'browserStore' ? [['browserStore', '@unexpired/browser'] as const] : []),
  ];
  const { quote, hasSemicolons, isCommonjs } = style;
  return modules.map(([names, from]) => {
    const source = `${quote}${from}${quote}`;
    const statement = isCommonjs
      ? `const { ${names} } = require(${source})`
      : `import { ${names} } from ${source}`;
    return hasSemicolons ? `${statement};` : statement;
  });
}

/** Where the session is kept: what replaces the place that the old callback used. */
function storeOf({ kind, stored, isInBrowser }: Plan): {
  readonly store: string | undefined;
  readonly text: string;
} {
  const [token] = stored;
  if (token?.storage === 'sessionStorage')
    return { store: 'storageStore', text: "storageStore(sessionStorage, 'session')" };
  if (kind === 'acquire')
    return isInBrowser
      ? { store: 'memoryStore', text: 'memoryStore({ lock: globalThis.navigator?.locks })' }
      : { store: undefined, text: '' };
  return isInBrowser
    ? { store: 'browserStore', text: 'browserStore()' }
    : { store: undefined, text: '' };
}

/** The statements that take the place of the call, a text each. */
export function statementsOf(plan: Plan, style: Style, classify: string | undefined): string[] {
  const { tokens, instance } = style;
  const { text: store } = storeOf(plan);
  const make = plan.kind === 'cookies' ? 'cookieSession' : 'createTokenManager';
  const member = plan.kind === 'acquire' ? 'acquire' : 'refresh';
  const exported = style.isCommonjs || style.isInFunction ? '' : 'export ';
  const options = [
    ...(classify ? [`classify: ${classify}`] : []),
    ...(plan.answer.header ? [`header: '${plan.answer.header}'`] : []),
  ];
  return [
    [
      `${exported}const ${tokens} = ${make}({`,
      ...(store ? [`  store: ${store},`] : []),
      `  ${member}: ${indented(functionOf(plan), 2).trimStart()},`,
      '});',
    ].join('\n'),
    options.length === 0
      ? `attachAuth(${instance}, ${tokens});`
      : `attachAuth(${instance}, ${tokens}, { ${options.join(', ')} });`,
    ...(plan.onEnd.length > 0 ? [onEnd(plan, style)] : []),
    ...takeOver(plan, style),
  ];
}

function functionOf(plan: Plan): string {
  const { callback, kept, result, isWhole } = plan;
  const tokens = [...plan.locals].map(([token, name]) =>
    token === name ? token : `${token}: ${name}`,
  );
  const parameters =
    plan.kind === 'refresh' ? `{ ${tokens.join(', ')} }, { signal }` : '{ signal }';
  const request = requestOf(plan);
  if (plan.before.length === 0 && kept.length === 0 && isWhole)
    return `(${parameters}) => ${request}`;
  const answer = callback.answer ?? result;
  return [
    `async (${parameters}) => {`,
    ...plan.before.map((statement) => indented(statementText(statement), 2)),
    `  const ${answer} = await ${indented(request, 2).trimStart()};`,
    ...kept.map((statement) => indented(statementText(statement), 2)),
    `  return ${result};`,
    '}',
  ].join('\n');
}

/** A statement as it was, from the margin, with a semicolon. */
function statementText(statement: Node): string {
  const text = textFromMargin(statement);
  return /[;}]$/.test(text) ? text : `${text};`;
}

const indented = (text: string, by: number): string => text.replaceAll(/^(?=.)/gm, ' '.repeat(by));

/** The request with the tokens that it is given, and the signal. */
function requestOf({ callback, stored, locals }: Plan): string {
  const { node } = callback.request;
  const within = stored.filter(({ name }) => name === undefined);
  const edits = [
    ...within.map((token) =>
      edit(startOf(token.node), endOf(token.node), locals.get(token.token) ?? token.token),
    ),
    ...signalled(callback.request.path ?? [], callback.request.args, node),
  ];
  return textFromMargin(node, edits);
}

/** The signal goes into the config of the request, which is made where there is none. */
function signalled(path: readonly string[], args: readonly Node[], call: Node): Edit[] {
  const verb = path.length > 1 ? (path.at(-1) ?? '') : 'request';
  const [first] = args;
  const at = first?.kind() === 'object' ? 0 : ['post', 'put', 'patch'].includes(verb) ? 2 : 1;
  const config = args[at];
  const last = args.at(-1);
  if (!config) {
    const missing = at - args.length;
    const text = `${', undefined'.repeat(missing)}, { signal }`;
    return last
      ? [edit(endOf(last), endOf(last), text)]
      : [edit(endOf(call) - 1, endOf(call) - 1, text)];
  }
  const inner = bare(config);
  if (inner.kind() !== 'object')
    return [edit(startOf(config), endOf(config), `{ ...${config.text()}, signal }`)];
  const members = named(inner);
  const skips = members.find((member) => /^['"]?skipAuthRefresh\b/.test(member.text()));
  const cast = edit(endOf(inner), endOf(config), '');
  if (skips) return [edit(startOf(skips), endOf(skips), 'signal'), cast];
  const end = members.at(-1);
  return end
    ? [edit(endOf(end), endOf(end), ', signal')]
    : [edit(startOf(inner), endOf(inner), '{ signal }')];
}

function onEnd(plan: Plan, { tokens }: Style): string {
  return [
    `${tokens}.subscribe((event) => {`,
    "  if (event.type !== 'sessionEnded') return;",
    ...plan.onEnd.map((statement) => indented(statementText(statement), 2)),
    '});',
  ].join('\n');
}

/** Sessions that the storage has from before are put into the store that replaces it. */
function takeOver({ kind, stored, answer }: Plan, { tokens }: Style): string[] {
  const [refresh] = stored.filter(({ token }) => token === 'refreshToken');
  const accessKey = answer.keys.find((key) => key !== refresh?.key);
  if (kind !== 'refresh' || !refresh || accessKey === undefined) return [];
  const { storage, key } = refresh;
  return [
    [
      `// Sessions that ${storage} has from before are taken over, once. Requests wait for it.`,
      'async function takeOverSession() {',
      `  const accessToken = ${storage}.getItem(${accessKey});`,
      '  if (!accessToken) return;',
      `  await ${tokens}.setSession({ accessToken, refreshToken: ${storage}.getItem(${key}) ?? undefined });`,
      `  ${storage}.removeItem(${accessKey});`,
      `  ${storage}.removeItem(${key});`,
      '}',
      `if (typeof ${storage} !== 'undefined') void takeOverSession();`,
    ].join('\n'),
  ];
}
