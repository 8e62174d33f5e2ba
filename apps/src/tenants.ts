import type { Expected } from './app.ts';
import type { Server } from './server.ts';
import type { Stage } from './stage.ts';
import { verdict } from './verdict.ts';

const TENANTS = ['1', '2', '3', '4', '5', '6'];
const EACH = 10;
const EXPECTED: Expected = { requests: TENANTS.length * EACH, refreshes: TENANTS.length };

/** How to ask a server for what its tenants have. */
interface Calls {
  connect(origin: string, tenant: string): Promise<Response>;
  ask(origin: string, tenant: string): Promise<Response>;
}

/** Several processes of one server: each tenant connects at one of them, and then all ask all of them at once. */
export async function askTenants(
  server: Server,
  origins: readonly string[],
  { connect, ask }: Calls,
): Promise<string> {
  const to = (index: number): string => origins[index % origins.length] ?? '';
  for (const [index, tenant] of TENANTS.entries()) {
    const { status } = await connect(to(index), tenant);
    if (status !== 204) throw new Error(`tenant ${tenant} could not connect: ${status}`);
  }
  const answers = await Promise.all(
    TENANTS.flatMap((tenant) =>
      Array.from({ length: EACH }, async (_, index) => {
        const answer = await ask(to(index), tenant);
        const { user } = (await answer.json()) as { user?: string };
        return user === `tenant ${tenant}` ? answer.status : `${tenant} got ${user}`;
      }),
    ),
  );
  return `two processes, ${TENANTS.length} tenants: ${verdict(EXPECTED, answers, server.seen)}, each tenant with its own token`;
}

/** The same for an Express server, with the paths of ours. */
export async function askExpress(
  stage: Stage,
  server: Server,
  env: Readonly<Record<string, string>>,
): Promise<string> {
  const start = (): Promise<string> => stage.start(['server.ts'], /http:\S+/, env);
  return askTenants(server, await Promise.all([start(), start()]), {
    connect: (origin, tenant) => fetch(`${origin}/${tenant}/connect`, { method: 'POST' }),
    ask: (origin, tenant) => fetch(`${origin}/${tenant}/invoices`),
  });
}
