import { describe, expect, it } from '@jest/globals';
import { keepHeapSmall } from '../../src/program/heap.ts';

const flagsSet = (execArgv: readonly string[], options?: string): string[] => {
  const flags: string[] = [];
  const env = { ...(options !== undefined && { NODE_OPTIONS: options }) };
  keepHeapSmall({ execArgv: [...execArgv], env }, (flag) => flags.push(flag));
  return flags;
};

describe('the memory of the program', () => {
  it('is kept near what is in use', () => {
    expect(flagsSet(['--max-old-space-size=512'])).toEqual([
      '--heap-growing-percent=30',
      '--semi-space-growth-factor=1',
    ]);
  });

  it('is as somebody says who has started Node with options for the same', () => {
    expect(flagsSet(['--max-semi-space-size=64'])).toEqual([]);
    expect(flagsSet(['--heap_growing_percent=50'])).toEqual([]);
    expect(flagsSet([], '--no-warnings --max_semi_space_size=64')).toEqual([]);
  });
});
