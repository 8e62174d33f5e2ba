import { contenderIds as all } from '@unexpired/example-contenders';

/** The contenders that take part: all but the interceptor of most tutorials, whose stronger form is here. */
export const contenderIds: readonly string[] = all.filter((id) => id !== 'interceptor');
