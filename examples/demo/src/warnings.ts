/** The MCP SDK writes a line for each refresh that fails, hundreds in one burst; the table has their number. */
export function leaveOutWarningsOfMcpSdk(): void {
  const { warn } = console;
  console.warn = (...said: unknown[]) => {
    if (!String(said[0]).startsWith('[mcp-sdk]')) warn(...said);
  };
}
