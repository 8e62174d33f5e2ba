import { callbackOf } from './callback.ts';
import { importOf, type Imported } from './imports.ts';
import { commonjsExports, wholeExport } from './module.ts';
import { classifyOf } from './options.ts';
import { type Plan, planOf } from './plan.ts';
import { Refusal, type Remark } from './remark.ts';
import { requestConfigs, skippedRequests } from './requests.ts';
import { type Site, siteOf } from './site.ts';
import { authorizationsIn, everyStep, needlessInterceptors, stepsOf } from './steps.ts';
import {
  all,
  edit,
  type Edit,
  edited,
  endOf,
  moved,
  named,
  type Node,
  startOf,
  treeOf,
  usesOf,
} from './syntax.ts';
import { importsOf, statementsOf, type Style } from './write.ts';

/** What became of a file. */
export type Migration =
  | { readonly outcome: 'untouched' }
  | {
      readonly outcome: 'moved';
      readonly output: string;
      /** What is left to do by hand. */
      readonly steps: readonly Remark[];
      /** Keys of the page's storage that the tokens are no longer kept under, as the source says them. */
      readonly keys: readonly string[];
    }
  | { readonly outcome: 'refused'; readonly reasons: readonly Remark[] };

/**
 * Rewrites a file that uses axios-auth-refresh, versions 2 to 5, to `createTokenManager` (`cookieSession` where the page sees
 * no token) and `attachAuth`. A file that is not understood as a whole is refused, with the reason, and nothing of it is
 * rewritten. Reads and writes no file. `file` is its name: the extension chooses the parser.
 *
 * @example
 * ```ts
 * import { migrateAxiosAuthRefresh } from '@unexpired/codemod';
 *
 * const migration = migrateAxiosAuthRefresh("import axios from 'axios';", 'api.ts');
 * console.log(migration.outcome); // 'untouched'
 * ```
 */
export function migrateAxiosAuthRefresh(source: string, file: string): Migration {
  if (!/axios-auth-refresh|skipAuthRefresh/.test(source)) return { outcome: 'untouched' };
  const isWindows = source.includes('\r\n') && !/(?<!\r)\n/.test(source);
  const migration = migrationOf(isWindows ? source.replaceAll('\r\n', '\n') : source, file);
  if (migration.outcome !== 'moved' || !isWindows) return migration;
  return { ...migration, output: migration.output.replaceAll('\n', '\r\n') };
}

function migrationOf(source: string, file: string): Migration {
  const tree = treeOf(source, file);
  if (!tree) return { outcome: 'refused', reasons: [unread(source, file)] };
  try {
    return migrated(source, tree);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { outcome: 'refused', reasons: [error.remark] };
  }
}

function unread(source: string, file: string): Remark {
  const at = source.search(/axios-auth-refresh|skipAuthRefresh/);
  const line = source.slice(0, at).split('\n').length;
  const isKnown = /\.[mc]?[jt]sx?$/i.test(file);
  const text = isKnown
    ? 'the file has a syntax that the parser does not know'
    : 'a file of this kind is not parsed: only JavaScript and TypeScript are';
  return { line, text, section: 'by-hand' };
}

function migrated(source: string, tree: Node): Migration {
  const imported = importOf(tree);
  const site = imported && siteOf(tree, imported.functions);
  if (!imported || !site) return requestsAlone(source, tree, imported);
  const [, refresh, options] = site.call.args;
  const callback = callbackOf(tree, refresh, site.call.node);
  const classify = classifyOf(options, site.instance);
  const plan = planOf(tree, callback, imported.isCommonjs);
  requireNoToken(tree, plan);
  const interceptors = needlessInterceptors(tree, site.instance);
  const gone = [
    ...imported.statements,
    site.statement,
    ...interceptors,
    ...(callback.declaration ? [callback.declaration] : []),
  ];
  const style = styleOf(tree, imported, site, plan);
  const edits = [
    ...importEdits(tree, imported, plan, style),
    ...[...interceptors, ...(callback.declaration ? [callback.declaration] : [])].map((statement) =>
      without(source, statement),
    ),
    ...siteEdits(site, plan, style, { classify, gone: interceptors }),
    ...(imported.isCommonjs && !site.wrapper ? exportEdits(tree, style.tokens) : []),
    ...skippedRequests(tree, callback.node),
    ...requestConfigs(tree, imported.configs, gone),
  ];
  return {
    outcome: 'moved',
    output: edited(source, edits),
    steps: [
      ...everyStep(plan, site.statement, style.tokens, style.isInFunction),
      ...stepsOf(tree, plan, site.instance, gone),
    ],
    keys: [...plan.answer.keys, ...plan.stored.map(({ key }) => key)],
  };
}

/** A session in cookies sends no header: where one is set, the page sees its token after all. */
function requireNoToken(tree: Node, plan: Plan): void {
  const [header] = plan.kind === 'cookies' ? authorizationsIn(tree) : [];
  if (header)
    throw new Refusal(
      header,
      'token-shapes-and-expiry',
      'the callback takes no token from the answer, and a header is sent: where the token comes from is not seen here',
    );
}

/** A file that has only requests that are not to be refreshed. */
function requestsAlone(source: string, tree: Node, imported: Imported | undefined): Migration {
  const statements = imported?.statements ?? [];
  const edits = [
    ...skippedRequests(tree, undefined),
    ...requestConfigs(tree, imported?.configs ?? [], statements),
    ...(imported ? configImport(tree, imported, []) : []),
  ];
  if (edits.length === 0) return { outcome: 'untouched' };
  return { outcome: 'moved', output: edited(source, edits), steps: [], keys: [] };
}

function styleOf(tree: Node, imported: Imported, site: Site, plan: Plan): Style {
  const statement = imported.statements[0]?.text() ?? '';
  const names = plan.kind === 'cookies' ? ['session', 'cookieTokens'] : ['tokens', 'tokenManager'];
  const tokens = names.find((name) => usesOf(tree, name).length === 0);
  const taken = ['attachAuth', 'takeOverSession', 'createTokenManager'].find(
    (name) => usesOf(tree, name).length > 0,
  );
  if (tokens === undefined || taken !== undefined)
    throw new Refusal(
      site.statement,
      'by-hand',
      `the name \`${taken ?? names.join('` and `')}\` is taken in this file`,
    );
  return {
    tokens,
    instance: site.instance,
    isCommonjs: imported.isCommonjs,
    isInFunction: site.wrapper !== undefined,
    quote: statement.includes('"') ? '"' : "'",
    hasSemicolons: statement.endsWith(';'),
  };
}

function importEdits(tree: Node, imported: Imported, plan: Plan, style: Style): Edit[] {
  return configImport(tree, imported, importsOf(plan, style));
}

/** New imports in the place of the library's. */
function configImport(tree: Node, imported: Imported, added: readonly string[]): Edit[] {
  const needsConfig =
    imported.configs.some((name) => usesOf(tree, name).length > 1) &&
    !all(tree, 'import_specifier').some(
      (one) => one.text().replace(/^type /, '') === 'AxiosRequestConfig',
    );
  const lines = [
    ...added,
    ...(needsConfig ? ["import type { AxiosRequestConfig } from 'axios';"] : []),
  ];
  return imported.statements.map((statement, index) =>
    edit(startOf(statement), endOf(statement), index === 0 ? lines.join('\n') : ''),
  );
}

/** A statement goes with its line, and with the comments right above it. */
function without(source: string, statement: Node): Edit {
  let first = statement;
  for (
    let before = first.prev();
    before?.kind() === 'comment' && isRightAbove(before, first);
    before = first.prev()
  )
    first = before;
  let end = endOf(statement);
  while (source[end] === ';') end++;
  const blank = /^[ \t]*\r?\n(?:[ \t]*\r?\n)?/.exec(source.slice(end))?.[0].length ?? 0;
  const indent = /[ \t]*$/.exec(source.slice(0, startOf(first)))?.[0].length ?? 0;
  return edit(startOf(first) - (blank > 0 ? indent : 0), end + blank, '');
}

const isRightAbove = (comment: Node, node: Node): boolean =>
  node.range().start.line - comment.range().end.line === 1;

function siteEdits(
  site: Site,
  plan: Plan,
  style: Style,
  { classify, gone }: { readonly classify: string | undefined; readonly gone: readonly Node[] },
): Edit[] {
  const { statement, wrapper } = site;
  const margin = ' '.repeat(statement.range().start.column);
  const [made, attached, ...others] = statementsOf(plan, style, classify);
  const code = [[made, attached].join('\n'), ...others].join('\n\n');
  const text = moved(code, margin);
  const body = wrapper?.field('body');
  if (!wrapper || !body) return [edit(startOf(statement), endOf(statement), text)];
  const returned = all(body, 'return_statement').find((one) => one.parent()?.id() === body.id());
  const type = wrapper.field('return_type');
  if (returned || (type && !/^:\s*void$/.test(type.text())))
    throw new Refusal(
      returned ?? wrapper,
      'one-manager-for-a-session',
      'the function around the call returns something already: the manager has to leave it, too',
    );
  const last =
    named(body).findLast((one) => !gone.some((other) => other.id() === one.id())) ?? statement;
  const ending = `\n${margin}return ${style.tokens};`;
  const isLast = last.id() === statement.id();
  return [
    edit(startOf(statement), endOf(statement), isLast ? text + ending : text),
    ...(isLast ? [] : [edit(endOf(last), endOf(last), ending)]),
    ...(type ? [edit(startOf(type), endOf(type), '')] : []),
  ];
}

/** The manager leaves a CommonJS module beside what does so by name. */
function exportEdits(tree: Node, tokens: string): Edit[] {
  const assignments = commonjsExports(tree);
  const value = wholeExport(tree);
  if (value?.kind() === 'object') {
    const last = named(value).at(-1);
    return last ? [edit(endOf(last), endOf(last), `, ${tokens}`)] : [];
  }
  const after = value ? undefined : assignments.at(-1);
  return after ? [edit(endOf(after), endOf(after), `\nmodule.exports.${tokens} = ${tokens};`)] : [];
}
