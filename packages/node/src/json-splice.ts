/**
 * Puts `value` where `path` leads in a JSON text, and leaves every other character of it as it is: a user who keeps other
 * settings there keeps the order, the layout, and numbers that a JavaScript number cannot hold. `text` must be valid
 * JSON in which `path` is not blocked; `null` on the way gives way to an object.
 */
export function spliceJson(text: string, path: readonly string[], value: unknown): string {
  const unit = /^\s*[[{]\r?\n([ \t]+)/.exec(text)?.[1] ?? '';
  const newline = text.includes('\r\n') ? '\r\n' : '\n';
  const lineAt = (depth: number): string => (unit === '' ? '' : newline + unit.repeat(depth));
  const print = (printed: unknown, depth: number): string =>
    JSON.stringify(printed, null, unit).replaceAll('\n', lineAt(depth));

  /** The value with objects around it, for all of the path but the first `depth` names. */
  const nested = (depth: number): unknown =>
    path.slice(depth).reduceRight<unknown>((inner, name) => ({ [name]: inner }), value);
  const replaced = (start: number, depth: number): string =>
    text.slice(0, start) + print(nested(depth), depth) + text.slice(endOf(text, start));

  let at = skipSpace(text, 0);
  for (const [depth, key] of path.entries()) {
    if (text[at] === 'n') return replaced(at, depth); // null
    const members = membersOf(text, at);
    const member = members.findLast((one) => one.key === key); // of members with the same name, parsers take the last
    if (member !== undefined) {
      at = member.start;
      continue;
    }
    const added = `${lineAt(depth + 1)}${JSON.stringify(key)}:${unit === '' ? '' : ' '}${print(nested(depth + 1), depth + 1)}`;
    const last = members.at(-1);
    return last === undefined
      ? `${text.slice(0, at)}{${added}${lineAt(depth)}}${text.slice(endOf(text, at))}`
      : `${text.slice(0, last.end)},${added}${text.slice(last.end)}`;
  }
  return replaced(at, path.length);
}

interface Member {
  readonly key: string;
  /** Of the value. */
  readonly start: number;
  readonly end: number;
}

/** The members of the object or array that starts at `at`. */
function membersOf(text: string, at: number): Member[] {
  const members: Member[] = [];
  const isArray = text[at] === '[';
  for (let next = skipSpace(text, at + 1); text[next] !== '}' && text[next] !== ']'; ) {
    if (text[next] === ',') next = skipSpace(text, next + 1);
    let key = String(members.length);
    if (!isArray) {
      const keyEnd = endOf(text, next);
      key = JSON.parse(text.slice(next, keyEnd)) as string;
      next = skipSpace(text, skipSpace(text, keyEnd) + 1);
    }
    const end = endOf(text, next);
    members.push({ key, start: next, end });
    next = skipSpace(text, end);
  }
  return members;
}

function skipSpace(text: string, at: number): number {
  let next = at;
  while (' \t\r\n'.includes(text.charAt(next)) && next < text.length) next++;
  return next;
}

/** Where the value that starts at `at` ends. */
function endOf(text: string, at: number): number {
  let depth = 0;
  for (let next = at; next < text.length; next++) {
    const character = text.charAt(next);
    if (character === '"') next = closingQuote(text, next);
    else if ('{['.includes(character)) depth++;
    else if ('}]'.includes(character)) depth--;
    else if (depth > 0) continue;
    else return endOfScalar(text, next);
    if (depth === 0) return next + 1;
  }
  return text.length;
}

function closingQuote(text: string, at: number): number {
  let next = at + 1;
  while (text[next] !== '"') next += text[next] === '\\' ? 2 : 1;
  return next;
}

function endOfScalar(text: string, at: number): number {
  let next = at;
  while (next < text.length && !' \t\r\n,]}'.includes(text.charAt(next))) next++;
  return next;
}
