import type { Action } from './actions.ts';
import { watchedSource } from './asks.ts';
import type { Core } from './core.ts';
import { strike } from './disasters.ts';
import {
  type Facts,
  familyOf,
  type Judge,
  type Player,
  type Rule,
  type Transition,
} from './facts.ts';
import { FAULTS } from './faults.ts';
import { finish } from './finish.ts';
import { sendRequest } from './requests.ts';
import type { Setting } from './setting.ts';
import type { Gate } from './timeline.ts';
import { createWorld } from './world.ts';
import type { Slot, World } from './world-types.ts';

export interface Schedule {
  readonly setting: Setting;
  readonly actions: readonly Action[];
}

const ignore = (): void => undefined;
const pickFrom = <T>(from: readonly T[], pick: number): T | undefined =>
  from[pick % Math.max(1, from.length)];

/** Plays a schedule to its end, and until everything is quiet after it. */
export async function play(
  core: Core,
  { setting, actions }: Schedule,
  judge: Judge,
  observers: readonly ((facts: Facts) => Rule)[] = [],
): Promise<World> {
  const world = createWorld(core, setting, judge, observers);
  const { timeline } = world.facts;
  const aborts: AbortController[] = [];
  const twins: AbortController[] = [];
  const slotOf = (by: number): Slot => world.slots[by % world.slots.length] as Slot;
  const controller = (): AbortController => {
    const made = new AbortController();
    aborts.push(made);
    return made;
  };
  const twin = (): AbortController => {
    const made = new AbortController();
    twins.push(made);
    return made;
  };
  const strikeAt = (gate: Gate, fault: Parameters<World['strike']>[0]): void => {
    world.strike(fault, gate.owner);
    if (fault === 'hang') timeline.hang(gate);
    else timeline.open(gate, fault);
  };

  /** Has the rules watch what comes of a sign-in or sign-out. */
  const follow = (
    by: Player,
    family: string | undefined,
    session: string | undefined,
    done: Promise<void>,
  ): void => {
    const { facts, rules } = world;
    const transition: Transition = {
      by,
      family,
      of: session,
      since: facts.turn,
      at: timeline.now,
      until: Infinity,
      end: 'pending',
    };
    for (const rule of rules) rule.transition?.(transition);
    const end = (how: Transition['end']): void => {
      transition.end = how;
      transition.until = facts.turn;
    };
    done.then(
      () => end('resolved'),
      (error: unknown) =>
        end((error as { delivery?: unknown }).delivery === 'unanswered' ? 'unanswered' : 'refused'),
    );
  };

  const act = async (action: Action): Promise<void> => {
    switch (action.do) {
      case 'get': {
        const slot = slotOf(action.by);
        const { signal } = action.twin === true ? twin() : controller();
        watchedSource(world, slot)
          .getToken({ signal, validFor: action.validFor, twin: action.twin === true })
          .catch(ignore);
        return;
      }
      case 'renew':
        watchedSource(world, slotOf(action.by))
          .renew(slotOf(action.by).signal.signal)
          .catch(ignore);
        return;
      case 'refuse': {
        const slot = slotOf(action.by);
        const known = [...world.facts.generations.keys()];
        const token =
          action.pick === 0
            ? (slot.player.held ?? 'nobody’s')
            : (pickFrom([...known.toReversed(), 'nobody’s'], action.pick - 1) as string);
        watchedSource(world, slot)
          .replaceRejected(token, { signal: controller().signal })
          .catch(ignore);
        return;
      }
      case 'insist':
        for (let time = 0; time < action.times; time++) {
          await act({ do: 'request', by: action.by, hostile: true, body: 'text', foreign: false });
          await world.settle();
          await act({ do: 'run', steps: 20 });
          await timeline.advance(action.every, world.settle);
        }
        return;
      case 'request': {
        const slot = slotOf(action.by);
        const parts = {
          source: watchedSource(world, slot),
          timeline,
          server: world.facts.server,
          by: slot.player.id,
        };
        const { signal } = action.hostile ? slot.signal : controller();
        sendRequest(core, parts, { ...action, signal }, (traffic) => {
          for (const rule of world.rules) rule.sent?.(traffic);
        }).catch(ignore);
        return;
      }
      case 'abort':
        pickFrom(aborts, action.pick)?.abort(new Error('The caller left'));
        return;
      case 'abandon':
        pickFrom(twins, action.pick)?.abort(new Error('The twin left'));
        return;
      case 'everybody':
        for (const slot of world.slots)
          watchedSource(world, slot).getToken({ signal: controller().signal }).catch(ignore);
        return;
      case 'signIn': {
        const { manager, player } = slotOf(action.by);
        const answer = world.signInAnswer();
        player.signingIn++;
        const end = (): void => {
          player.signingIn--;
          if (player.signingIn === 0) player.givenDuringSignIn.length = 0;
        };
        const session = familyOf(player.held);
        const stored = manager.setSession(answer);
        follow(player, familyOf(answer.access_token), session, stored);
        stored.then(end, end);
        return;
      }
      case 'signOut': {
        const { manager, player } = slotOf(action.by);
        const family = familyOf(player.held);
        if (family !== undefined) player.ended.set(family, world.facts.turn - 1);
        follow(player, undefined, family, manager.signOut());
        return;
      }
      case 'reopen': {
        const index = action.by % world.slots.length;
        const slot = slotOf(action.by);
        world.close(slot);
        world.openSlot(index);
        return;
      }
      case 'step': {
        const gate = pickFrom(timeline.ready, action.pick);
        if (gate !== undefined) timeline.open(gate);
        return;
      }
      case 'run':
        for (let step = 0; step < action.steps; step++) {
          const gate = timeline.ready[0];
          if (gate === undefined) return;
          timeline.open(gate);
          await world.settle();
        }
        return;
      case 'advance':
        await timeline.advance(action.ms, world.settle);
        return;
      case 'jump':
        world.jump(slotOf(action.by), action.ms);
        return;
      case 'notify':
        world.cell.notify(slotOf(action.by).player.id);
        return;
      case 'strike': {
        const gate = pickFrom(
          timeline.ready.filter(({ kind }) => FAULTS[kind].includes(action.fault)),
          action.pick,
        );
        if (gate !== undefined) strikeAt(gate, action.fault);
        return;
      }
      case 'crash': {
        // Managers that share a lock of the process share its end.
        if (setting.store !== 'shared' || setting.lock === 'process') return;
        const index = action.by % world.slots.length;
        const slot = slotOf(action.by);
        world.strike('crash', slot.player.id);
        world.died(slot, action.arrives);
        world.openSlot(index);
        return;
      }
      case 'loseLease': {
        const loser = world.lock.loseLease();
        if (loser !== undefined) world.strike('leaseLost', loser);
        return;
      }
      case 'storeBack': {
        const restored = world.cell.goBack(action.pick);
        if (restored === undefined) return;
        world.strike('storeBack', 0);
        for (const rule of world.rules) rule.restored?.(restored.record);
        return;
      }
      default:
        return strike(world, action);
    }
  };

  for (const action of actions) {
    await act(action);
    await world.settle();
  }
  await finish(world, judge);
  return world;
}
