import type { Absences, Connection, Context, Endpoint } from '../contract.ts';
import { accountOf } from './account.ts';
import { createCatalog } from './catalog.ts';
import { readConsoleOutput } from './console-output.ts';
import { createDelete } from './delete.ts';
import { readInfo } from './info.ts';
import { listFlavors } from './instance-types.ts';
import { createLifecycle } from './lifecycle.ts';
import { readNodeInfo } from './node-info.ts';
import { checkLogin, openSession } from './session.ts';
import { createSettings } from './settings.ts';
import type { VmCalls } from './vm-call.ts';
import { watchRegion } from './watch.ts';

const WHY_NOT: Absences = {
  'vm.pause': 'EC2 can not hold an instance in memory; one that was launched for it can be hibernated (suspend)',
  'console.serial':
    "drover has no way to EC2's serial console yet; what it has written can be read, and `aws ec2-instance-connect` opens it",
  snapshot: 'EC2 has snapshots of volumes, none of an instance that it could be put back to',
  'node.shell': 'a zone is a data centre of AWS: there is nothing to log in to',
  storage: 'EC2 has volumes without storages around them',
  volume: 'drover does not manage EBS volumes yet',
  network: 'drover does not manage VPCs yet',
  image: 'drover does not manage AMIs yet',
};

/** One account in one region, with a login that was seen to work. */
export async function connect(endpoint: Endpoint, context: Context): Promise<Connection> {
  const account = await accountOf(endpoint);
  const session = openSession(account, context);
  await checkLogin(session, account, context.signal).catch((error: unknown) => {
    session.close();
    throw error;
  });
  const { api } = session;
  const closing = new AbortController();
  const catalog = createCatalog(api);
  let onTouched = (_id: string): void => {};
  const calls: VmCalls = { api, catalog, touched: (id) => onTouched(id) };

  return {
    vm: {
      info: (id, signal) => readInfo(calls, id, signal),
      ...createLifecycle(calls),
      ...createDelete(calls),
      ...createSettings(calls),
    },
    console: { output: (id, signal) => readConsoleOutput(calls, id, signal) },
    node: { info: (id, signal) => readNodeInfo(api, id, signal) },
    flavor: { list: (of, signal) => listFlavors(api, of, signal) },
    whyNot: WHY_NOT,
    async watch(options) {
      const signal = AbortSignal.any([options.signal, closing.signal]);
      if (signal.aborted) return;
      await watchRegion(
        {
          api,
          clock: context.clock,
          place: { endpoint: endpoint.name, region: account.region },
          catalog,
          metricsEveryMs: account.metricsEveryMs,
          onTouched: (listen) => {
            onTouched = listen;
          },
        },
        { ...options, signal },
      );
    },
    async close() {
      closing.abort();
      session.close();
    },
  };
}
