// from docs/start/servers.md#for-a-server-with-many-sessions
// from docs/start/servers.md#for-a-server-with-many-sessions:2
// from docs/start/servers.md#for-a-server-with-many-sessions:3

export { sessions };
