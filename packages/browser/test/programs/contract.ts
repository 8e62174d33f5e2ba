// Runs in a page: makes each rule of the contracts something that can be called from outside.
import { contracts } from '../support/contracts.ts';

declare global {
  var runRule: (group: string, name: string) => Promise<void>;
}

const rules = new Map<string, () => Promise<void>>();
let group = '';
contracts({
  describe(title, body) {
    group = title;
    body();
  },
  it: (name, body) => void rules.set(`${group}: ${name}`, body),
});

globalThis.runRule = async (of, name) => {
  const rule = rules.get(`${of}: ${name}`);
  if (rule === undefined) throw new Error(`The page has no rule "${of}: ${name}"`);
  await rule();
};
