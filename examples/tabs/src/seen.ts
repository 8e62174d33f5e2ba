/** What the server tells pages about itself. Never a token. */
export interface Seen {
  /** The latest refreshes, oldest first: which tab made it, and whether it was answered with new tokens. */
  readonly refreshes: readonly { readonly tab: string; readonly ok: boolean }[];
  readonly counts: {
    readonly refreshes: number;
    readonly reused: number;
    readonly requests: number;
    readonly refused: number;
  };
  /** Tabs that asked for this lately. */
  readonly tabs: readonly string[];
}

/** Refreshes that are told, and ms without a sign of life after which a tab counts as closed. */
const MOST = 60;
const GONE = 3500;

/** Keeps what the server has seen of its tabs. */
export function createGuestBook(): {
  refreshed(tab: string, ok: boolean): void;
  present(tab: string, now: number): void;
  readonly refreshes: Seen['refreshes'];
  tabs(now: number): string[];
} {
  const refreshes: { tab: string; ok: boolean }[] = [];
  const lastSeen = new Map<string, number>();
  return {
    refreshes,
    refreshed(tab, ok) {
      refreshes.push({ tab, ok });
      if (refreshes.length > MOST) refreshes.shift();
    },
    present: (tab, now) => void lastSeen.set(tab, now),
    tabs(now) {
      for (const [tab, at] of lastSeen) if (now - at > GONE) lastSeen.delete(tab);
      return [...lastSeen.keys()].sort((one, other) => Number(one) - Number(other));
    },
  };
}
