/** What a walk came across. */
export interface Walked {
  /** Where a token is, as paths. */
  readonly found: readonly string[];
  /** How many values were looked at. */
  readonly size: number;
}

/**
 * Walks everything that can be reached from a value: own properties, enumerable or not, symbols, getters, prototypes'
 * getters, members of maps, sets and headers, bytes. The built-in objects that every program reaches anyway are left out.
 */
export function walk(start: unknown, tokens: readonly string[]): Walked {
  const found: string[] = [];
  const seen = new Set<unknown>();
  const queue: [unknown, string][] = [[start, '$']];
  const skipped = new Set<unknown>([
    globalThis,
    process,
    ...Object.values(Object.getOwnPropertyDescriptors(globalThis)).map(
      ({ value }) => value as unknown,
    ),
  ]);
  const look = (text: string, path: string): void => {
    if (tokens.some((token) => text.includes(token))) found.push(path);
  };
  for (let next = queue.pop(); next; next = queue.pop()) {
    const [value, path] = next;
    if (typeof value === 'string') look(value, path);
    if ((typeof value !== 'object' && typeof value !== 'function') || value === null) continue;
    if (seen.has(value) || skipped.has(value)) continue;
    seen.add(value);
    if (ArrayBuffer.isView(value)) {
      const { buffer, byteOffset, byteLength } = value;
      look(Buffer.from(buffer, byteOffset, byteLength).toString('latin1'), path);
      continue;
    }
    for (const [name, member] of membersOf(value)) queue.push([member, `${path}.${name}`]);
  }
  return { found, size: seen.size };
}

function* membersOf(value: object): Generator<[string, unknown]> {
  if (value instanceof Map || value instanceof Headers || value instanceof Set)
    for (const entry of value) yield ['entry', entry];
  let holder: object | null = value;
  for (; holder && holder !== Object.prototype; holder = Object.getPrototypeOf(holder) as object)
    for (const key of Reflect.ownKeys(holder)) {
      // What is on a prototype is asked of its instances.
      if (key === 'constructor') continue;
      yield [String(key), String(key)];
      yield [String(key), memberOf(value, key)];
    }
}

function memberOf(value: object, key: PropertyKey): unknown {
  try {
    const member = (value as Record<PropertyKey, unknown>)[key];
    // Asked of a prototype, some getters give a promise that rejects.
    if (Object.prototype.toString.call(member) === '[object Promise]')
      (member as Promise<unknown>).catch(() => undefined);
    return member;
  } catch {
    return undefined; // a getter that throws shows nothing
  }
}
