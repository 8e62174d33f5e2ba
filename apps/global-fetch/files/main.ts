const email = 'ann@example.com';
const password = 'correct horse';

// from docs/start/fetch.md#with-fetch
// from docs/start/fetch.md#the-global-fetch

const answers = await Promise.all(
  Array.from({ length: 20 }, (_, index) => fetch(`https://api.example.com/orders/${index}`)),
);

// from docs/start/fetch.md#the-global-fetch:2

const after = await fetch('https://api.example.com/orders/20');
console.log(JSON.stringify({ statuses: answers.map(({ status }) => status), after: after.status }));
