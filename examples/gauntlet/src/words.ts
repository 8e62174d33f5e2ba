import type { Cell, Row } from './cells.ts';
import type { Observed } from './observed.ts';
import type { Scenario } from './scenario.ts';

export const MARKS = { passed: '✓', broken: '✗', without: '–' } as const;

export function rowName({ contender, retry }: Row): string {
  return retry === undefined ? contender.name : `${contender.name}, axios-retry ${retry}`;
}

/** What was seen, in a line. */
export function cellText({ result }: Cell): string {
  return result.kind === 'without' ? `does not apply: ${result.reason}` : numbers(result.observed);
}

/** The same in a few characters: refreshes, and how many were answered. */
export function cellMark({ result }: Cell): string {
  if (result.kind === 'without') return '';
  const { refreshes, answered, asked } = result.observed;
  return `${refreshes} · ${answered}/${asked}`;
}

function numbers(observed: Observed): string {
  const { asked, answered, failed, hung, refreshes, reuses, session, afterwards } = observed;
  const notes = Object.entries(observed.notes).map(([name, value]) => `${name}: ${said(value)}`);
  return [
    `${refreshes} refresh${refreshes === 1 ? '' : 'es'}`,
    ...(reuses === 0 ? [] : [`${reuses} reuse${reuses === 1 ? '' : 's'}`]),
    `${answered} of ${asked} answered`,
    ...(failed === 0 ? [] : [`${failed} failed`]),
    ...(hung === 0 ? [] : [`${hung} hung`]),
    `session ${session}`,
    ...(afterwards === undefined ? [] : [`afterwards ${afterwards}`]),
    ...notes,
  ].join(', ');
}

const said = (value: string | number | boolean): string =>
  typeof value === 'boolean' ? (value ? 'yes' : 'no') : String(value);

/** The one rule of a scenario. */
export function ruleText({ rules }: Pick<Scenario, 'rules'>): string {
  return rules.map(({ says }) => says).join(', ');
}
