// workerd: what `workerd test` calls.
import { report } from '../conformance/run.ts';

interface Environment {
  readonly ORIGIN: string;
}

// oxlint-disable-next-line import/no-default-export -- a worker's handlers are its default export
export default {
  test: (_controller: unknown, { ORIGIN }: Environment): Promise<void> => report(ORIGIN),
};
