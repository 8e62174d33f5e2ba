// Loaded into a server before its program: says what the process has used, when it is asked.
process.on('message', (what) => {
  if (what === 'collect') globalThis.gc?.();
  const { user, system } = process.cpuUsage();
  const { rss, heapUsed } = process.memoryUsage();
  process.send?.({ cpu: user + system, rss, heapUsed });
});
process.channel?.unref();
