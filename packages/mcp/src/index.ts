export { type McpSession, mcpSession } from './mcp-session.ts';
export type { McpClient, McpSessionOptions } from './options.ts';
