/** Before the server has acted on the request, or after. */
export type FaultMoment = 'before' | 'after';

/**
 * What goes wrong with one call. `when`: has the server acted, and so rotated the refresh token?
 *
 * | type | what the client sees |
 * |---|---|
 * | `refuse` | connection refused: nothing was sent |
 * | `drop` | the connection is lost (`before`: the request never arrived, `after`: its answer was lost) |
 * | `hang` | nothing, until it gives up |
 * | `delay` | it takes `ms`, or until a promise settles; goes with another fault |
 * | `status` | an HTML error page with that status |
 * | `retryLater` | 429 or 503 with `Retry-After`, in seconds or as a date; the server has not acted |
 * | `oauthError` | an OAuth error with that code; the server has not acted |
 * | `html` | a page, with status 200 |
 * | `cut` | JSON that ends in the middle, with status 200 |
 * | `reshape` | another body, with status 200; the server has acted |
 */
export type Fault =
  | { readonly type: 'refuse' }
  | { readonly type: 'drop' | 'hang' | 'html' | 'cut'; readonly when: FaultMoment }
  | { readonly type: 'delay'; readonly when: FaultMoment; readonly ms: number }
  | { readonly type: 'delay'; readonly when: FaultMoment; readonly until: Promise<unknown> }
  | { readonly type: 'status'; readonly when: FaultMoment; readonly status: number }
  | {
      readonly type: 'retryLater';
      readonly status?: 429 | 503 | undefined /** Ms; `undefined`: no header. */;
      readonly retryAfter?: number | undefined;
      readonly form?: 'seconds' | 'date' | undefined;
    }
  | { readonly type: 'oauthError'; readonly error: string; readonly status?: number | undefined }
  | {
      readonly type: 'reshape';
      readonly body: (body: Readonly<Record<string, unknown>>) => unknown;
    };

/** One call's faults: any number of delays, and at most one other. */
export type FaultPlan = Fault | readonly Fault[] | undefined;

/** A plan, in the order in which it happens. */
export interface OrderedPlan {
  readonly all: readonly Fault[];
  readonly delays: Readonly<Record<FaultMoment, readonly Extract<Fault, { type: 'delay' }>[]>>;
  readonly before: Exclude<Fault, { type: 'delay' }> | undefined;
  readonly after: Exclude<Fault, { type: 'delay' }> | undefined;
}

/** When a fault strikes: some can only be before the server acts, or only after. */
export function momentOf(fault: Fault): FaultMoment {
  if ('when' in fault) return fault.when;
  return fault.type === 'reshape' ? 'after' : 'before';
}

export function orderPlan(plan: FaultPlan): OrderedPlan {
  const all =
    plan === undefined ? [] : Array.isArray(plan) ? (plan as readonly Fault[]) : [plan as Fault];
  const delays = all.filter((fault) => fault.type === 'delay');
  const others = all.filter((fault) => fault.type !== 'delay');
  if (others.length > 1)
    throw new TypeError(
      `faults: at most one that is no delay, got ${others.map((fault) => fault.type).join(' and ')}`,
    );
  const [other] = others;
  const moment = other === undefined ? undefined : momentOf(other);
  return {
    all,
    delays: {
      before: delays.filter(({ when }) => when === 'before'),
      after: delays.filter(({ when }) => when === 'after'),
    },
    before: moment === 'before' ? other : undefined,
    after: moment === 'after' ? other : undefined,
  };
}
