/** What was seen in one cell. Refreshes, reuses and the session are the server's own account. */
export interface Observed {
  readonly asked: number;
  readonly answered: number;
  readonly failed: number;
  /** Neither by the time at which the scenario stops waiting. */
  readonly hung: number;
  /** Calls of the token endpoint. */
  readonly refreshes: number;
  readonly reuses: number;
  readonly session: 'alive' | 'lost';
  /** How one more request went when all was over; `undefined`: none was sent. */
  readonly afterwards?: 'answered' | 'failed' | 'hung' | undefined;
  /** What only this scenario looks at. */
  readonly notes: Readonly<Record<string, string | number | boolean>>;
}
