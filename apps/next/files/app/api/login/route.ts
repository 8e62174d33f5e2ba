import { prisma } from '../../../prisma';
import { sessions } from '../../../sessions';

export async function POST(request: Request): Promise<Response> {
  const { tenant } = await request.json();
  const answer = await fetch('https://api.example.com/auth/login', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: `tenant ${tenant}` }),
  });
  await prisma.connection.upsert({ where: { id: tenant } });
  await sessions.get(tenant).setSession(await answer.json());
  return new Response(null, { status: 204, headers: { 'set-cookie': `sid=${tenant}; HttpOnly` } });
}
