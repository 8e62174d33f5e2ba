import type { RefreshContext } from '../../../src/session/functions.ts';
import type { SessionRecord } from '../../../src/session/store.ts';
import { allRules } from '../rules/all.ts';
import { createCell } from './cell.ts';
import type { Core } from './core.ts';
import { createEndpoint } from './endpoint.ts';
import {
  type Call,
  type Facts,
  follow,
  type Judge,
  newPlayer,
  type Player,
  type Rule,
} from './facts.ts';
import { goWhoMay } from './disasters.ts';
import { createLock } from './locks.ts';
import { createServer, type ServerAnswer, tokenName } from './oracle.ts';
import { randomOf } from './random.ts';
import type { Setting } from './setting.ts';
import type { TokenSet } from '../../../src/tokens/tokens.ts';
import { createTimeline, turn } from './timeline.ts';
import { watchedSignal } from './watched-signal.ts';
import type { Slot, World } from './world-types.ts';

/** The wall clock's time when a schedule begins, ms since the epoch. */
const START = 1_800_000_000_000;

/** `observers`: see what the rules see. */
export function createWorld(
  core: Core,
  setting: Setting,
  judge: Judge,
  observers: readonly ((facts: Facts) => Rule)[] = [],
): World {
  const timeline = createTimeline();
  const server = createServer(setting, (answer) => {
    names.set(core.fingerprint(answer.access_token), answer.access_token);
    facts.issued.push({ ...answer, issuedAt: START + timeline.now });
  });
  const names = new Map<string, string>();
  const offsets = new Map<number, number>();
  let order = 0;

  const facts: Facts = {
    setting,
    timeline,
    server,
    strikes: [],
    players: [],
    calls: [],
    generations: new Map(),
    stored: new Set(),
    imported: undefined,
    issued: [],
    away: [],
    order: () => ++order,
    turn: 0,
    queued: (by) => lock.queued(by),
    lapsed: (by) => lock.lapsed(by),
    tokenOf: (fingerprint) => (fingerprint === undefined ? undefined : names.get(fingerprint)),
    generationOf: (accessToken) =>
      accessToken === undefined ? '' : `${accessToken}#${facts.generations.get(accessToken)}`,
    given({ accessToken, generation }) {
      if (setting.store !== 'alone') return;
      facts.stored.add(accessToken);
      facts.generations.set(accessToken, generation);
    },
    note(record) {
      const token = record.tokens?.accessToken;
      if (token === undefined) return;
      names.set(core.fingerprint(token), token);
      facts.generations.set(token, Math.max(record.gen, facts.generations.get(token) ?? 0)); // where a server gives the same token again, it is of both
    },
  };
  const rules = [...allRules(facts, judge), ...observers.map((observer) => observer(facts))];

  const first = setting.start === 'nothing' ? undefined : server.login(0);
  const initial = first && {
    accessToken: first.access_token,
    refreshToken: first.refresh_token,
    expiresAt: setting.start === 'expired' ? START - 1 : START + first.expires_in * 1000,
  };
  const asRecord: SessionRecord | undefined = initial && {
    v: 1,
    session: 'first',
    gen: 0,
    status: 'active',
    tokens: initial,
    issuedAt: START,
    turn: START,
  };
  if (asRecord !== undefined && initial !== undefined) {
    facts.note(asRecord);
    facts.stored.add(initial.accessToken);
    if (setting.start !== 'record') facts.imported = initial.accessToken;
  }

  const lock = createLock(core, setting.lock, timeline);
  const cell = createCell(
    core,
    setting,
    timeline,
    {
      attempted(by, record) {
        facts.note(record);
        const player = facts.players.find(({ id }) => id === by);
        if (player !== undefined) for (const rule of rules) rule.attempted?.(player, record);
      },
      written(by, before, after) {
        if (after.tokens !== undefined) facts.stored.add(after.tokens.accessToken);
        const player = facts.players.find(({ id }) => id === by);
        if (player !== undefined) for (const rule of rules) rule.written?.(player, before, after);
      },
      told(by, record) {
        const player = facts.players.find(({ id }) => id === by);
        if (player === undefined || record === undefined) return;
        sawToken(player, record.tokens?.refreshToken);
        for (const rule of rules) rule.read?.(player, record);
      },
    },
    initial,
    asRecord,
  );
  const endpoint = createEndpoint(core, timeline, server, facts.order, (answer) => {
    if (!setting.absolute) return answer;
    const { expires_in, ...rest } = answer;
    return { ...rest, expires_at: Math.floor((START + timeline.now) / 1000) + expires_in };
  });

  const sawToken = (player: Player, refreshToken: string | undefined): void => {
    const name = tokenName(refreshToken ?? '');
    if (name !== undefined)
      player.seen.set(name.family, Math.max(name.index, player.seen.get(name.family) ?? 0));
  };

  const world: World = {
    facts,
    rules,
    cell,
    lock,
    slots: [],
    open: new Set(),
    signInAnswer: () => server.login(timeline.now),
    openSlot(index) {
      const id = facts.players.length + 1;
      offsets.set(id, offsets.get(index) ?? 0);
      const wall = (): number => START + timeline.now + (offsets.get(id) ?? 0);
      const player = newPlayer(id, wall);
      if (setting.store === 'alone' && id === 1) player.held = initial?.accessToken;
      facts.players.push(player);
      const manager = core.createTokenManager({
        ...(setting.store === 'alone'
          ? index === 0 && world.slots.length === 0 && initial !== undefined
            ? { tokens: initial }
            : {}
          : { store: cell.view(id, lock.view(id, index)) }),
        clock: timeline.clock(id, wall),
        random: randomOf(setting.seed + id),
        skewWindow: setting.skewWindow,
        backgroundWindow: setting.backgroundWindow,
        waitTimeout: setting.waitTimeout,
        maxWaiting: setting.maxWaiting,
        ...(setting.subjects && {
          subject: ({ accessToken }: TokenSet) => tokenName(accessToken)?.family,
        }),
        async refresh(current, { reason, signal }) {
          const call: Call = {
            by: player,
            current,
            reason,
            since: timeline.now,
            order: facts.order(),
            answer: undefined,
            over: false,
            stopped: undefined,
            useless: undefined,
          };
          signal.addEventListener('abort', () => {
            call.stopped = timeline.now;
          });
          facts.calls.push(call);
          player.calls.push(call);
          for (const rule of rules) rule.calling?.(call);
          try {
            const { refreshToken = '', accessToken } = current;
            const answer = await endpoint.call({
              by: id,
              refreshToken,
              accessToken,
              signal,
              listens: setting.listens,
            });
            call.answer = (answer as Partial<ServerAnswer>).access_token;
            for (const rule of rules) rule.answered?.(call);
            return answer as ServerAnswer;
          } finally {
            call.over = true;
          }
        },
        ...(setting.acquires && {
          async acquire({ signal }: RefreshContext) {
            for (const rule of rules) rule.acquiring?.(player);
            const answer = await endpoint.acquire({ by: id, signal, listens: setting.listens });
            return answer as ServerAnswer;
          },
        }),
        async revoke({ refreshToken = '' }) {
          if ((await timeline.gate('revoke', id)) === 'revokeFails')
            throw new Error(`Could not revoke ${refreshToken}`);
          server.revoke(refreshToken);
        },
      });
      manager.subscribe((event) => {
        follow(facts, player, event);
        for (const rule of rules) rule.event?.(player, event);
      });
      const slot: Slot = { player, manager, signal: watchedSignal(), closing: undefined };
      world.slots[index] = slot;
      world.open.add(slot);
      return slot;
    },
    strike(fault, owner) {
      facts.strikes.push({ fault, owner, order: facts.order() });
    },
    close(slot) {
      slot.player.closing = true;
      slot.closing ??= slot.manager.close();
    },
    died(slot, arrives) {
      slot.player.alive = false;
      slot.player.waiting.clear();
      for (const call of slot.player.calls) call.over = true;
      timeline.kill(slot.player.id);
      cell.leave(slot.player.id);
      lock.died(slot.player.id);
      endpoint.died(slot.player.id, arrives);
      world.open.delete(slot);
    },
    jump(slot, ms) {
      offsets.set(slot.player.id, (offsets.get(slot.player.id) ?? 0) + ms);
      slot.player.jumped = true;
    },
    async settle() {
      await turn();
      facts.turn++;
      for (const rule of rules) rule.afterTurn?.();
      goWhoMay(world);
    },
  };
  for (let index = 0; index < setting.managers; index++) world.openSlot(index);
  return world;
}
