import type { Ask, Facts, Rule } from './facts.ts';

const text = (value: unknown): string =>
  JSON.stringify(value, (_, inner: unknown) =>
    inner instanceof Error
      ? `${inner.name} ${String((inner as { code?: unknown }).code)} ${inner.message}`
      : inner,
  );

/** Writes down, with the time, all that can be seen from outside; of asks, those that are `wanted`. */
export const transcript =
  (lines: string[], wanted: (ask: Ask) => boolean = () => true) =>
  (facts: Facts): Rule => {
    const write = (line: string): void => void lines.push(`${facts.timeline.now} ${line}`);
    return {
      asked: (ask) =>
        wanted(ask) && write(`manager ${ask.by.id} is asked: ${ask.kind} ${ask.refused ?? ''}`),
      settled: (ask, end) =>
        wanted(ask) && write(`manager ${ask.by.id} answers a ${ask.kind}: ${text(end)}`),
      calling: (call) =>
        write(`manager ${call.by.id} redeems, ${call.reason}: ${text(call.current)}`),
      answered: (call) => write(`manager ${call.by.id} got ${call.answer}`),
      written: (by, _, after) => write(`manager ${by.id} stored ${text(after)}`),
      restored: (record) => write(`the store went back to ${text(record)}`),
      // How many waited says how many there were, those who are not wanted included.
      event: (by, event) =>
        write(`manager ${by.id} said ${text({ ...event, waiting: undefined })}`),
      sent: (traffic) => write(`sent ${text(traffic.sent)}`),
      quiet: (record) => write(`quiet with ${text(record)}`),
    };
  };
