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

const BAR = 10;
/** Characters of a name in a line that has to fit a terminal's width. */
const MOST_NAME = 30;
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
      if (live)
        stream.write(
          CLEAR_LINE + lookLine(name, requests, look).slice(0, (stream.columns || 80) - 1),
        );
    },
    finished: (result) => void stream.write(`${clear}${finishedLine(result, style)}\n`),
  };
}

export function lookLine(
  name: string,
  requests: number,
  { ok, failed, tokenCalls, reuseDetections }: Look,
): string {
  const done = Math.round((BAR * (ok + failed)) / requests);
  const bar = '█'.repeat(done) + '░'.repeat(BAR - done);
  const counts = [
    `${count(ok)} ok`,
    `${count(failed)} failed`,
    plural(tokenCalls, 'token call'),
    `${count(reuseDetections)} reuse`,
  ];
  return `  ${bar} ${shortened(name)}: ${counts.join(', ')}`;
}

export function finishedLine(result: Result, style: Style): string {
  const requests = result.succeeded + result.failed;
  const good =
    result.failed === 0 && result.session === 'alive' && brokenRules(result).length === 0;
  const mark = good ? style.good('✓') : style.bad('✗');
  const facts = [
    `${count(result.succeeded)} of ${count(requests)} answered`,
    plural(result.tokenEndpointCalls, 'token-endpoint call'),
    `session ${result.session}`,
    result.cutAtDeadline ? 'cut off at the deadline' : wallTimeText(result),
  ];
  return `  ${mark} ${result.name}: ${facts.join(', ')}`;
}

function shortened(name: string): string {
  return name.length <= MOST_NAME ? name : `${name.slice(0, MOST_NAME - 1)}…`;
}
