import type { Stage } from './stage.ts';

/** An app as a reader of one page would build it. */
export interface App {
  readonly id: string;
  /** Folders of `apps` with what its author writes around the page's code, all of it in one folder. Default: `<id>/files`. */
  readonly folders?: readonly string[];
  readonly title: string;
  /** Where its author starts, and what that page sends on to. The packages that they tell to install are all that it has of ours. */
  readonly pages: readonly string[];
  /** What its author has already, besides what the pages tell to install: a name; with a version where npm installs it. */
  readonly has: readonly string[];
  /** Played by `npm test`, too. */
  readonly quick?: true;
  /** What it has is installed by npm, which needs a registry, instead of linked from here. */
  readonly npm?: true;
  /** Programs that it cannot be played without. */
  readonly needs?: readonly Program[];
  /** Plays it. Resolves with what was seen; rejects where that is not what the page promises. */
  play(stage: Stage): Promise<string>;
}

export type Program = 'chromium' | 'redis-server' | 'postgres' | 'gnome-keyring';

export interface Expected {
  readonly requests: number;
  /** One for each session whose token expires. */
  readonly refreshes: number;
  /** Tokens that are due are replaced before a request: the API refuses none. */
  readonly due?: boolean;
}
