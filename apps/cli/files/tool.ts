async function deviceLogin() {
  const answer = await fetch('https://id.example.com/auth/login', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: 'ann@example.com' }),
  });
  return answer.json();
}

// from docs/start/cli.md#for-a-command-line-tool
