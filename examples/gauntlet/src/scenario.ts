import type { Client, Contender, Started } from '@unexpired/example-contenders/contender';
import type { SimulatedServerOptions } from '@unexpired/testing';
import type { Rule } from './rules.ts';
import type { Stage } from './stage.ts';

/** What is played, and what passes. */
export interface Scenario {
  readonly id: string;
  readonly name: string;
  /** What happens, in a sentence or two. */
  readonly what: string;
  /** All have to hold. */
  readonly rules: readonly Rule[];
  /** Seconds for which the first access token is good; 1 where it is to have expired. Default: an hour. */
  readonly firstLifetime?: number | undefined;
  readonly server?:
    | Pick<SimulatedServerOptions, 'mode' | 'graceWindow' | 'accessTokenLifetime'>
    | undefined;
  /** The authorization server is one of its own, which the scenario can end. */
  readonly isApart?: boolean | undefined;
  /** Ms by which the clients' clock is wrong. */
  readonly clockOffset?: number | undefined;
  /** It takes about a minute of real time. */
  readonly long?: boolean | undefined;
  /** Several processes share the session. */
  readonly isShared?: boolean | undefined;
  /** Why it says nothing about this one. */
  readonly without?: ((one: Played) => string | undefined) | undefined;
  readonly play: (stage: Stage) => Promise<void>;
}

export interface Played {
  readonly contender: Contender;
  readonly started: Started;
  readonly client: Client;
}
