// One of four processes on one credentials file: connects, says so, and calls when it is told to.
import { CONTENDERS } from './contenders.ts';
import { finish, tell } from './message.ts';

const [index = '', url = '', file = '', calls = ''] = process.argv.slice(2);
const contender = CONTENDERS[Number(index)];
if (contender === undefined) throw new Error(`there is no contender ${index}`);
const connected = await contender.connect(new URL(url), file);
process.once('message', () => {
  const ids = Array.from({ length: Number(calls) }, (_, id) => `${process.pid}-${id}`);
  void Promise.all(ids.map((id) => connected.call(id))).then(async (succeeded) => {
    const message = { answered: succeeded.filter(Boolean).length, asked: connected.asked() };
    if (contender.ours) await connected.close();
    finish(message); // the SDK's own goes on trying to connect its stream again
  });
});
tell({ ready: true });
