// In two page loads.
// from docs/start/axios.md#with-axios
// from docs/start/axios.md#to-stay-signed-in-after-a-reload
// from docs/start/axios.md#to-stay-signed-in-after-a-reload:3

const [email, password] = ['ann@example.com', 'correct horse'];
if (tokens.status === 'signedOut') {
  // from docs/start/axios.md#sign-in
  location.reload();
} else {
  await api.get('/me');
  await report([tokens.status]);
}
