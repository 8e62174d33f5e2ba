import type { TokenSource } from '../../../src/source.ts';
import type { AccessToken, IssuedToken } from '../../../src/tokens/tokens.ts';
import { type Ask, type AskEnd, type AskKind, familyOf } from './facts.ts';
import type { Slot, World } from './world-types.ts';

/** Asks a manager, and has the rules watch what comes of it. */
function watch(
  world: World,
  { player }: Slot,
  what: {
    readonly kind: AskKind;
    readonly refused?: string;
    readonly validFor?: number;
    readonly twin?: boolean;
  },
  signal: AbortSignal,
  ask: () => Promise<AccessToken | undefined>,
): Promise<AccessToken | undefined> {
  const entry: Ask = {
    by: player,
    kind: what.kind,
    refused: what.refused,
    validFor: what.validFor ?? 0,
    twin: what.twin ?? false,
    since: world.facts.timeline.now,
    duringSignIn: player.signingIn > 0,
    family: player.signingIn > 0 ? undefined : familyOf(player.held),
    floor: new Map(player.handed),
    before: player.waiting.size,
    end: undefined,
  };
  for (const rule of world.rules) rule.asked?.(entry);
  const settle = (end: AskEnd): void => {
    if (!player.alive) return;
    if ('give' in end && end.give !== undefined) world.facts.given(end.give as IssuedToken);
    for (const rule of world.rules) rule.settled?.(entry, end);
    entry.end = end;
    player.waiting.delete(entry);
  };
  player.waiting.add(entry);
  const answer = ask();
  answer.then(
    (give) => settle({ give }),
    (fail: unknown) => settle({ fail, aborted: signal.aborted && fail === signal.reason }),
  );
  return answer;
}

/** A manager's ways in, each ask of which is watched. */
export function watchedSource(
  world: World,
  slot: Slot,
): Required<Pick<TokenSource, 'issued' | 'replaceRejected'>> & {
  getToken(options: {
    signal: AbortSignal;
    validFor?: number;
    twin?: boolean;
  }): Promise<AccessToken | undefined>;
  renew(signal: AbortSignal): Promise<AccessToken | undefined>;
} {
  const { manager } = slot;
  const own = (signal: AbortSignal | undefined): AbortSignal => signal ?? slot.signal.signal;
  return {
    getToken: ({
      twin = false,
      ...options
    }: {
      signal?: AbortSignal | undefined;
      validFor?: number;
      twin?: boolean;
    }) =>
      watch(
        world,
        slot,
        { kind: 'get', validFor: options.validFor ?? 0, twin },
        own(options.signal),
        () => manager.getToken(options),
      ),
    replaceRejected: (accessToken, options = {}) =>
      watch(
        world,
        slot,
        { kind: 'replace', refused: accessToken as string },
        own(options.signal),
        () => manager.replaceRejected(accessToken, options),
      ),
    renew: (signal) =>
      watch(world, slot, { kind: 'renew' }, signal, () => manager.refresh({ signal })),
    issued: (accessToken) => manager.issued?.(accessToken) ?? false,
  };
}
