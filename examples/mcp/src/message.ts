/** What a child process tells. */
export type Message =
  | { readonly open: string }
  | { readonly ready: true }
  | { readonly answered: number; readonly asked?: number };

export function tell(message: Message): void {
  process.send?.(message);
}

/** The last word: the process ends once it has been passed on. */
export function finish(message: Message): void {
  process.send?.(message, undefined, {}, () => process.exit());
}
