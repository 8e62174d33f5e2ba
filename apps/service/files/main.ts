// from docs/start/servers.md#for-itself

// An hour passes.
const { now } = Date;
Date.now = () => now() + 3_600_000;

const answers = await Promise.all(
  Array.from({ length: 20 }, (_, index) => api(`https://api.example.com/invoices/${index}`)),
);
console.log(JSON.stringify([200, ...answers.map(({ status }) => status)]));
