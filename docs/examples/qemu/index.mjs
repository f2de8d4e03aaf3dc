/** What drover loads: a function that is given drover's helpers and answers a platform. */
import { createConnection } from './connection.mjs';
import { openHost } from './host.mjs';
import { createVms } from './vms.mjs';

export default (drover) => ({
  async connect(endpoint, context) {
    context.signal.throwIfAborted();
    const host = await openHost(drover, endpoint, context);
    try {
      const vms = createVms(drover, endpoint, host);
      const [facts] = await Promise.all([vms.readHost(context.signal), vms.list(context.signal)]);
      return createConnection({ drover, endpoint, context, host, vms, facts });
    } catch (error) {
      host.close();
      throw error;
    }
  },

  async test(endpoint, context) {
    const { step, upToFailure } = drover.checks;
    const { signal } = context;
    let host;
    async function* steps() {
      yield await step('login', async () => {
        host = await openHost(drover, endpoint, context);
        return `commands run on ${host.name}`;
      });
      const vms = createVms(drover, endpoint, host);
      yield await step('QEMU', async () => (await vms.readHost(signal)).version);
      yield await step('folder', async () => `${(await vms.list(signal)).length} VMs in ${endpoint.values.folder}`);
    }
    try {
      return await upToFailure(steps(), signal);
    } finally {
      host?.close();
    }
  },
});
