import { lineOf, type Node } from './syntax.ts';

/** Headings of docs/migrate/axios-auth-refresh.md. */
export type Section =
  | 'after-the-login'
  | 'sign-out'
  | 'which-store-replaces-what'
  | 'sessions-from-before'
  | 'what-goes'
  | 'requests-without-a-token'
  | 'token-shapes-and-expiry'
  | 'which-refusals-count'
  | 'what-the-retry-changes'
  | 'the-failed-request'
  | 'the-refresh-call'
  | 'when-the-refresh-fails'
  | 'cookies'
  | 'one-manager-for-a-session'
  | 'which-origins'
  | 'another-header-or-scheme'
  | 'network-errors'
  | 'by-hand';

/** Something that a person has to read: why a file was left alone, or what is left to do in one that was rewritten. */
export interface Remark {
  /** Counted from 1, in the file as it was. */
  readonly line: number;
  readonly text: string;
  /** The heading of the migration page that says more. */
  readonly section: Section;
}

/** A file that is not understood is left as it is. */
export class Refusal extends Error {
  readonly remark: Remark;

  constructor(node: Node, section: Section, text: string) {
    super(text);
    this.name = 'Refusal';
    this.remark = { line: lineOf(node), text, section };
  }
}

/** What to do by hand at this place. */
export const remark = (node: Node, section: Section, text: string): Remark => ({
  line: lineOf(node),
  text,
  section,
});
