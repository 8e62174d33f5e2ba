/** What one step of `npm test` found. */
export interface StepResult {
  ok: boolean;
  /** Shown when the step fails. */
  output: string;
  /** Shown beside the name when it passes. */
  note?: string;
}

export interface Step {
  /** What `npm run check <name>` calls it. */
  name: string;
  run(): Promise<StepResult>;
}
