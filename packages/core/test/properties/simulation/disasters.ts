import type { Disaster } from './actions.ts';
import { watchedSource } from './asks.ts';
import { tokenName } from './oracle.ts';
import type { Slot, World } from './world-types.ts';

const ignore = (): void => undefined;
/** Ms for which nothing happens, so that all that is under way can end. */
const QUIET = 30_000;
/** Ms that a process lives which looks once or twice and goes. */
const SHORT_LIFE = 5000;

/** A process that was asked to end goes once nothing keeps it alive: no answer to come, no timer in the foreground. */
export function goWhoMay(world: World): void {
  const { timeline, queued } = world.facts;
  world.slots.forEach((slot, index) => {
    const { id, ending, alive } = slot.player;
    if (!ending || !alive) return;
    const kept = timeline.timers(id, false) > 0 || queued(id);
    if (kept || [...timeline.gates].some(({ owner }) => owner === id)) return;
    world.strike('ended', id);
    for (const rule of world.rules) rule.gone?.(slot.player);
    world.died(slot, true);
    world.openSlot(index);
  });
}

async function shortLives(world: World, index: number, lives: number): Promise<void> {
  const { timeline } = world.facts;
  world.strike('crash', (world.slots[index] as Slot).player.id);
  for (let life = 0; life < lives; life++) {
    world.died(world.slots[index] as Slot, false);
    const slot = world.openSlot(index);
    slot.player.shortLived = true;
    const answer = watchedSource(world, slot).getToken({ signal: slot.signal.signal });
    let given = false;
    answer.then((token) => {
      given = token !== undefined;
    }, ignore);
    for (let passed = 0; passed < SHORT_LIFE; passed += 250) {
      // The store and the server answer at once: a life is short.
      for (let open = 0; open < 20; open++) {
        const gate = timeline.ready.find(({ owner }) => owner === slot.player.id);
        if (gate === undefined) break;
        timeline.open(gate);
        await world.settle();
      }
      await timeline.advance(250, world.settle);
    }
    for (const rule of world.rules) rule.lived?.(slot.player, life + 1, given);
    if (given) return;
  }
}

/** `false`: there was nothing that it could happen to. */
export async function strike(world: World, action: Disaster): Promise<void> {
  const { facts, cell, rules } = world;
  const { timeline, setting } = facts;
  const index = 'by' in action ? action.by % world.slots.length : 0;
  const slot = world.slots[index] as Slot;
  switch (action.do) {
    case 'outage':
      if (setting.store !== 'shared') return;
      world.strike('outage', 0);
      cell.outage(action.ms);
      return;
    case 'away':
      if (!cell.away(action.ms)) return;
      world.strike('away', 0);
      facts.away.push({ from: timeline.now, until: timeline.now + action.ms });
      return;
    case 'restore': {
      await timeline.advance(QUIET, world.settle);
      const restored = cell.goBack(action.pick);
      if (restored === undefined) return;
      world.strike('restored', 0);
      for (const rule of rules) rule.restored?.(restored.record);
      await timeline.advance(QUIET, world.settle);
      return;
    }
    case 'announce': {
      const known = facts.issued.filter(({ access_token }) => facts.stored.has(access_token));
      const tokens = known.toReversed()[action.pick % Math.max(1, known.length)];
      if (tokens === undefined) return;
      const { family } = tokenName(tokens.access_token) ?? {};
      // It says when its tokens were obtained, as libraries do: how long they are good for is known to them.
      const { issuedAt, expires_in, ...rest } = tokens;
      const expiresAt = issuedAt + expires_in * 1000;
      const said = {
        accessToken: rest.access_token,
        ...(rest.refresh_token !== undefined && { refreshToken: rest.refresh_token }),
        expiresAt,
      };
      slot.player.announcing++;
      const end = (): void => void slot.player.announcing--;
      slot.manager.setSession(said).then(
        () => end(),
        (error: unknown) => {
          end();
          for (const rule of rules) rule.turnedAway?.(slot.player, family ?? '', error);
        },
      );
      return;
    }
    case 'end':
      slot.player.ending = true;
      if (!action.failing) return;
      world.strike('storeFails', slot.player.id);
      cell.failCommit(slot.player.id);
      return;
    case 'shortLived':
      if (setting.store !== 'shared' || setting.lock === 'process') return;
      await shortLives(world, index, action.lives);
      return;
  }
}
