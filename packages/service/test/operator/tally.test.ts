import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Histogram, Registry } from 'prom-client';
import { createTally } from '../../src/operator/tally.ts';

const BOUNDS = [0.001, 0.5, 1];

describe('a tally', () => {
  it('says what a histogram of prom-client says, in the same words', async () => {
    const observation = fc.record({
      route: fc.constantFrom('/a', '/b/{key}'),
      status: fc.constantFrom(200, 304, 503),
      seconds: fc.oneof(fc.constantFrom(0, ...BOUNDS), fc.integer({ max: 200, min: 0 })),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(observation), async (all) => {
        const registry = new Registry();
        const [name, help, labelNames] = ['some_seconds', 'What took how long.', ['route', 'code']];
        const histogram = new Histogram({
          ...{ name, help, labelNames, buckets: BOUNDS, registers: [registry] },
        });
        const tally = createTally(name, [help, 'route', 'code'], BOUNDS);
        for (const { route, status, seconds } of all) {
          histogram.observe({ route, code: String(status) }, seconds);
          tally.observe(route, status, seconds);
        }
        const lines = (text: string): string[] => text.split('\n').toSorted();
        expect(lines(tally.text())).toEqual(lines(await registry.metrics()));
      }),
    );
  });
});
