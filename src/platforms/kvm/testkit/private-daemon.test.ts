import { expect, it } from 'vitest';
import { startPrivateDaemon } from './private-daemon.ts';

it('says why a private daemon does not start, in the words of who complained', async () => {
  const started = startPrivateDaemon('/nowhere/libvirtd');
  await expect(started).rejects.toThrow(/^\/nowhere\/libvirtd does not start: [\s\S]*setpriv[\s\S]/);
});
