/** How many mutants of a folder its tests have noticed. */
export interface Count {
  readonly folder: string;
  readonly mutants: number;
  readonly noticed: number;
}

interface Report {
  readonly files: Readonly<Record<string, { readonly mutants: readonly { status: string }[] }>>;
}

/** From Stryker's report. What is noticed by a hang counts; what was ignored, or cannot be reached, does not. */
export function countOf(folder: string, report: unknown): Count {
  const statuses = Object.values((report as Report).files).flatMap(({ mutants }) =>
    mutants.map(({ status }) => status),
  );
  const invalid = statuses.filter((status) => status.endsWith('Error')).length;
  return {
    folder,
    mutants: statuses.length - invalid,
    noticed: statuses.filter((status) => status === 'Killed' || status === 'Timeout').length,
  };
}

/** In percent; a folder without anything to break has all noticed. */
export const scoreOf = ({ mutants, noticed }: Count): number =>
  mutants === 0 ? 100 : (100 * noticed) / mutants;
