/** What databases say of a login that they do not take. */
export function isRefusedLogin(error: unknown): boolean {
  const { code, errno, message } = Object(error) as {
    readonly code?: unknown;
    readonly errno?: unknown;
    readonly message?: unknown;
  };
  return (
    code === '28P01' || // PostgreSQL: invalid_password
    code === '28000' || // PostgreSQL: invalid_authorization_specification
    errno === 1045 || // MySQL and MariaDB: ER_ACCESS_DENIED_ERROR
    /^(?:WRONGPASS|NOAUTH)/.test(String(message)) // Redis
  );
}
