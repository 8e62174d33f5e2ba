/** A metric: its help text, and what it is split by. No label is a session's key, or who asks: there may be millions. */
type Row = readonly [help: string, ...labels: readonly string[]];

/** Every metric of the program. The dashboard and the alert rules use these names, and a test compares them. */
export const COUNTERS = {
  unexpired_refreshes_total: ['Refreshes that ended.', 'provider', 'reason', 'outcome'],
  unexpired_lost_answers_total: [
    'Calls of a token endpoint whose answer was lost: the refresh token may be spent.',
    'provider',
  ],
  unexpired_adoptions_total: ['New tokens that another replica has brought.', 'provider'],
  unexpired_rejections_total: [
    'Tokens that an API refused; late: a newer one was there already.',
    'late',
  ],
  unexpired_sessions_ended_total: ['Refresh tokens that a provider refused.', 'provider', 'code'],
  unexpired_auth_failures_total: [
    'Requests whose credentials were unknown, or did not allow it.',
    'kind',
  ],
  unexpired_warnings_total: ['Warnings, by code.', 'provider', 'code'],
  unexpired_background_failures_total: [
    'Work in the background that the database did not let happen.',
  ],
  unexpired_audit_dropped_total: [
    'Calls that are missing in the audit trail, because the database could not take them.',
  ],
  unexpired_requests_failed_total: ['Requests that failed for a reason that nobody foresaw.'],
} as const satisfies Record<string, Row>;

export const HISTOGRAMS = {
  unexpired_refresh_seconds: ['From the decision to refresh to its end.', 'provider'],
  unexpired_lock_wait_seconds: ['Waiting for the lease of a session.', 'provider'],
  unexpired_intent_wait_seconds: [
    'Waiting for a redemption that another replica had begun.',
    'provider',
  ],
  unexpired_store_seconds: ['Calls of the database.', 'op'],
} as const satisfies Record<string, Row>;

/** Of each request. */
export const REQUESTS = {
  unexpired_http_request_seconds: ['From a request to its answer.', 'route', 'status'],
} as const;

export const GAUGES = {
  unexpired_in_flight: ['Refreshes under way in this process.', 'provider'],
  unexpired_waiters: ['Requests for a token that are not answered yet.'],
  unexpired_not_durable: ['Sessions whose newest tokens are only in the memory of this process.'],
  unexpired_sessions: ['Sessions of the whole fleet.', 'provider', 'state'],
  unexpired_due_lag_seconds: [
    'For how long the session that has been due for longest is due to be refreshed ahead.',
    'provider',
  ],
  unexpired_least_seconds_to_expiry: [
    'Until the first token of an active session expires; negative: since it has.',
    'provider',
  ],
  unexpired_breaker_open: ['1: calls of the provider are stopped, but for probes.', 'provider'],
  unexpired_replicas: ['Replicas that have been heard of in the last 15 s.'],
} as const satisfies Record<string, Row>;

/** Bounds in seconds: an answer out of a cache takes less than one ms, a refresh that is given up 60 s. */
export const BUCKETS: readonly number[] = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
];
