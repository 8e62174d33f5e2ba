import type { About, Answered } from './call.ts';

/** Calls that are alike. */
export interface Group {
  readonly name: string;
  readonly first: Answered;
  /** Of the first, on the monotonic clock. */
  readonly since: number;
  calls: number;
}

/**
 * Groups of calls by what they are about, as far as that is the same object: most reads find theirs without a name. It is cleared
 * once a second, with the groups: a token may hang on such an object.
 */
export interface Near {
  find(call: Answered): Group | undefined;
  remember(about: About | undefined, group: Group): void;
  clear(): void;
}

/** Groups about the same object: more are not looked through. */
const MOST = 8;
/** Objects, as many as there are groups at the most: each answer that was not known is another one, and what was counted may wait. */
const OBJECTS = 20_000;

export function createNear(): Near {
  const near = new Map<About, Group[]>();
  return {
    clear: () => near.clear(),
    find(call) {
      const groups = call.about && near.get(call.about);
      if (groups === undefined) return undefined;
      for (const group of groups) if (isAlike(group.first, call)) return group;
      return undefined;
    },
    remember(about, group) {
      if (about === undefined) return;
      const groups = near.get(about);
      if (groups === undefined) {
        if (near.size >= OBJECTS) near.clear();
        near.set(about, [group]);
      } else if (groups.length < MOST) groups.push(group);
    },
  };
}

/** Both are about the same object. */
const isAlike = (one: Answered, other: Answered): boolean =>
  one.principal === other.principal &&
  one.key === other.key &&
  one.outcome === other.outcome &&
  one.operation === other.operation &&
  one.address === other.address;
