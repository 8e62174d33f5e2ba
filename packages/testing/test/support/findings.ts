import { memoryStore, type RefreshLock, type TokenStore } from 'unexpired';
import { lockContract, storeContract } from '../../src/index.ts';

export type Contract = (framework: Parameters<typeof storeContract>[0]) => void;

/** Ms: a rule that takes longer than this hangs. */
export const HANGS = 2000;

/** Runs a contract without a framework: each rule that was broken, with what it says. */
export async function findingsOf(contract: Contract): Promise<Map<string, string>> {
  const rules = new Map<string, () => Promise<void>>();
  contract({ describe: (_name, body) => body(), it: (name, body) => void rules.set(name, body) });
  const findings = new Map<string, string>();
  for (const [name, body] of rules) {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const hanging = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(new Error('THE RULE HANGS')), HANGS);
    });
    await Promise.race([body(), hanging]).catch((error: Error) =>
      findings.set(name, error.message),
    );
    clearTimeout(timer);
  }
  return findings;
}

/** The names of the rules that were broken. */
export const broken = async (contract: Contract): Promise<string[]> => [
  ...(await findingsOf(contract)).keys(),
];

export const rulesBrokenBy = (make: () => TokenStore): Promise<string[]> =>
  broken((framework) =>
    storeContract(framework, {
      name: 'x',
      async create() {
        const store = make();
        return { open: () => store };
      },
    }),
  );

export const memoryLock = (): RefreshLock => memoryStore().lock as RefreshLock;

export const lockRulesBrokenBy = (make: () => RefreshLock): Promise<string[]> =>
  broken((framework) =>
    lockContract(framework, {
      name: 'x',
      async create() {
        const lock = make();
        return { open: () => lock };
      },
    }),
  );

/** A memory store, but for some of its methods. */
export const but = (change: (store: TokenStore) => Partial<TokenStore>): TokenStore => {
  const store = memoryStore();
  return { ...store, ...change(store) };
};

export const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

/** Ms that a rule gets here, so that a lock or store that hangs is found out soon. */
export const timeout = 300;

export type LockHooks = Partial<Parameters<typeof lockContract>[1]>;

export const lockFindings = (
  make: () => RefreshLock,
  hooks: LockHooks = {},
): Promise<Map<string, string>> =>
  findingsOf((framework) =>
    lockContract(framework, {
      name: 'x',
      timeout,
      async create() {
        const lock = make();
        return { open: () => lock };
      },
      ...hooks,
    }),
  );

export const storeFindings = (make: () => TokenStore): Promise<Map<string, string>> =>
  findingsOf((framework) =>
    storeContract(framework, {
      name: 'x',
      seed: 7, // not every seed draws what each of these loses
      timeout,
      async create() {
        const store = make();
        return { open: () => store };
      },
    }),
  );
