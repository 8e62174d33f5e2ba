import { expect, it } from '@jest/globals';
import { withPostgres } from '../../../postgres/test/support/with-postgres.ts';
import { SHORT } from './plan.ts';
import { prove } from './prove.ts';
import { tableText } from './table.ts';
import { verdict } from './verdict.ts';

withPostgres('the proof in its short form', (server) => {
  it('serves no wrong token, answers every request, loses no session without a lost answer and shows no refresh token, while replicas are killed and drained, the database is away and the provider fails', async () => {
    const record = await prove(SHORT, server(), () => undefined);
    process.stdout.write(`${SHORT.seconds} s of the proof:\n${tableText(record)}`);
    expect(verdict(record)).toEqual([]);
    // It has seen what it is about.
    const ended = record.replicas.map((one) => one.ended?.signal);
    expect(ended.filter((signal) => signal === 'SIGKILL')).toHaveLength(4);
    expect(ended.filter((signal) => signal === 'SIGTERM')).toHaveLength(2);
    expect(record.outages).toHaveLength(1);
    const outcomes = new Set(record.redemptions.map(({ outcome }) => outcome));
    expect([...outcomes]).toEqual(expect.arrayContaining(['rotated', 'fault']));
    expect(record.redemptions.some(({ isCut }) => isCut)).toBe(true);
    const results = new Set(record.reads.map(({ result }) => result.type));
    expect([...results]).toEqual(expect.arrayContaining(['token', 'problem']));
    expect(record.refusals.length).toBeGreaterThan(0);
  }, 300_000);
});
