/** What the authorization code of a tenant yields. */
export async function authorize(tenant: string) {
  const answer = await fetch('https://identity.example.com/auth/login', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: `tenant ${tenant}` }),
  });
  return answer.json();
}
