import express from 'express';
import { authorize } from './authorize.ts';
import { prisma } from './prisma.ts';
import { apiOf, sessions } from './sessions.ts';

const app = express();

app.post('/:tenant/connect', async (request, response) => {
  await prisma.connection.upsert({ where: { id: request.params.tenant } });
  await sessions.get(request.params.tenant).setSession(await authorize(request.params.tenant));
  response.status(204).end();
});

app.get('/:tenant/invoices', async (request, response) => {
  const answer = await apiOf(request.params.tenant)('https://api.example.com/invoices');
  response.status(answer.status).json(await answer.json());
});

const server = app.listen(0, '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${server.address().port}`);
});
