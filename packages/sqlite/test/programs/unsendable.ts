// Asks for what no thread can be sent, and does nothing after that.
import { sqliteThread } from '../../src/index.ts';

const [, , file = ''] = process.argv;
const asking = sqliteThread(file).run('select ?', [(() => 1) as never]);
await asking.catch(({ name }: Error) => process.send?.({ kind: 'refused', body: name }));
process.disconnect();
