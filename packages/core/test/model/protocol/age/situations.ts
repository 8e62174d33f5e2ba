// Situations in which the age of an intent matters, and how a search of one is put together. Time is in ticks (state.ts).
import type { Case, Run } from '../case.ts';
import { explore } from '../explore.ts';
import { ageModel, NO_FAULT, type Property, RULES } from './model.ts';
import { type Age, type Faults, type Rules, WALL } from './state.ts';

export const ANYBODY: Age = 'seen by anybody';
export const ONE: Age = 'seen by one manager';
export const STORE: Age = "the store's clock";
export const CLOCK: Age = 'the wall clock';
export const LESS: Age = "the store's clock less the writer's own";
export const BOTH: Age = "the store's clock, and seen for longer than an owner takes to pay";

export const TOGETHER: Property =
  "somebody sends while another's attempt is alive, or its answer owed";
export const NEVER: Property = 'nobody ever gets past an abandoned intent';
/** More than the wall-clock rule allows for. */
export const FAR = WALL + 1;

export interface Situation {
  readonly rules?: Partial<Omit<Rules, 'age'>>;
  readonly faults?: Partial<Faults>;
  /** The most ticks for which an abandoned intent may be waited for. */
  readonly atMost?: number;
}

export const runOf = (
  age: Age,
  { rules, faults, atMost = 0 }: Situation,
  breaks: Property[] = [],
): Run => ({
  of: age,
  breaks,
  search: () => {
    const model = ageModel({ ...RULES, ...rules, age }, { ...NO_FAULT, ...faults }, atMost);
    const until = breaks[0];
    return explore(until === undefined ? model : { ...model, until });
  },
});

/** The protocol's age holds; so do `others`. */
export const holds = (
  what: string,
  situation: Situation,
  others: Age[] = [],
  long?: true,
): Case => ({
  what,
  runs: [ANYBODY, ...others].map((age) => runOf(age, situation)),
  ...(long && { long }),
});

/** Another age breaks `property`, in so many steps. */
export const refuted = (
  property: Property,
  what: string,
  situation: Situation,
  ages: readonly (readonly [Age, steps: number])[],
): Case[] =>
  ages.map(([age, steps]) => ({
    what: `${age}: ${what}`,
    shows: { property, steps },
    runs: [runOf(age, situation, [property])],
    protocol: runOf(ANYBODY, situation).search,
  }));

export const abandoned = { abandoned: true } as const;
export const brief = { ...abandoned, life: 2 } as const;
