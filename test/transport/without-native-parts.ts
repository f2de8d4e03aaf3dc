/** Imported before ssh2: it does without its native parts then, as in the built program. */
import Module from 'node:module';

const loader = Module as unknown as { _load(name: string, ...others: unknown[]): unknown };
const load = loader._load;
loader._load = (name, ...others) => {
  if (name.endsWith('sshcrypto.node')) throw new Error('not there');
  return Reflect.apply(load, loader, [name, ...others]);
};
