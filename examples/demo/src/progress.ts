import type { Look } from './contest.ts';
import { brokenRules, type Result } from './result.ts';
import { type Style, styleFor } from './style.ts';
import { count, plural, wallTimeText } from './texts.ts';

/** Tells the person in front of the terminal what is going on. */
export interface Progress {
  step(text: string): void;
  look(name: string, requests: number, look: Look): void;
  finished(result: Result): void;
}

const BAR = 20;
const CLEAR_LINE = '\r\x1b[2K';

/** On a terminal one line is rewritten while a burst is under way; elsewhere every step is a line of its own. */
export function createProgress(stream: NodeJS.WriteStream): Progress {
  const style = styleFor(stream);
  const live = stream.isTTY;
  const clear = live ? CLEAR_LINE : '';
  return {
    step: (text) => void stream.write(`${clear}${text}\n`),
    look(name, requests, look) {
      // One column less than there are: a full line would wrap, and a wrapped one cannot be rewritten.
      if (live) stream.write(CLEAR_LINE + lookLine(name, requests, look).slice(0, (stream.columns || 80) - 1));
    },
    finished: (result) => void stream.write(`${clear}${finishedLine(result, style)}\n`),
  };
}

export function lookLine(name: string, requests: number, { ok, failed, tokenCalls, reuseDetections, unauthorized }: Look): string {
  const done = Math.round((BAR * (ok + failed)) / requests);
  const bar = '█'.repeat(done) + '░'.repeat(BAR - done);
  const counts = [`${count(ok)} ok`, `${count(failed)} failed`, `${count(unauthorized)} × 401`, `${count(tokenCalls)} token calls`];
  return `  ${bar} ${name}: ${[...counts, `${count(reuseDetections)} reuse`].join(', ')}`;
}

export function finishedLine(result: Result, style: Style): string {
  const requests = result.succeeded + result.failed;
  const good = result.failed === 0 && result.session === 'alive' && brokenRules(result).length === 0;
  const mark = good ? style.good('✓') : style.bad('✗');
  const facts = [
    `${count(result.succeeded)} of ${count(requests)} answered`,
    plural(result.tokenEndpointCalls, 'token-endpoint call'),
    `session ${result.session}`,
    result.cutAtDeadline ? 'cut off at the deadline' : wallTimeText(result),
  ];
  return `  ${mark} ${result.name}: ${facts.join(', ')}`;
}
