import type { Judge, Facts, Rule } from '../simulation/facts.ts';

/** P7, P12 (origins), P13: what goes over the wire, of requests that go through an adapter. */
export function requestRules(_: Facts, judge: Judge): Rule {
  return {
    sent({ foreign, body, refused, sent, bodies }) {
      judge.checked('P7');
      if (sent.length > 2) judge.broken('P7', `sent ${sent.length} times`);
      if (sent.length > 1 && refused[0] !== true)
        judge.broken('P7', 'replayed although it was not refused');
      if (sent.length > 1 && sent[0] === sent[1])
        judge.broken('P7', 'replayed with the token that was refused');
      judge.checked('P12');
      if (foreign && sent.some((authorization) => authorization !== undefined))
        judge.broken('P12', 'a token went to an origin that is not allowed');
      judge.checked('P13');
      if (body === 'stream' && sent.length > 1)
        judge.broken('P13', 'a body that can be read once was sent twice');
      if (bodies.some((each) => each == null)) judge.broken('P13', 'sent without its body');
    },
  };
}
