import { FleetError } from '../../../errors.ts';
import type { ConsoleOps } from '../../contract.ts';
import { LibvirtError, VIR_ERR } from '../rpc/errors.ts';
import { CONSOLE_FORCE } from '../rpc/flags.ts';
import { procedures } from '../rpc/protocol.ts';
import { type GuestCalls, onGuest } from '../vm/guest-call.ts';
import { readDomainXml } from '../xml/domain-xml.ts';

/** The serial console, on a connection of its own: reading it slowly must hold up nothing else. */
export const createSerial =
  (calls: GuestCalls): NonNullable<ConsoleOps['serial']> =>
  (id, { force }, signal) =>
    onGuest(calls, id, signal, async ({ client, domain }) => {
      if (domain.id === -1)
        throw new FleetError('op.conflict', `${domain.name} does not run`, { fix: 'start it first' });
      const xml = await readDomainXml(await client.call(procedures.domainXml, { domain, flags: 0 }, { signal }));
      if (!xml.hasSerial) throw new FleetError('op.unsupported', `${domain.name} has no serial console`);
      const own = await calls.daemon.open('console', signal);
      try {
        const flags = force ? CONSOLE_FORCE : 0;
        const stream = await own.openStream(procedures.openConsole, { domain, device: undefined, flags }, { signal });
        stream.once('close', () => own.close());
        return { kind: 'stream', stream };
      } catch (error) {
        own.close();
        if (error instanceof LibvirtError && error.code === VIR_ERR.operationFailed && !force) {
          throw new FleetError('op.conflict', `the console of ${domain.name} is in use`, {
            fix: 'take it over by force',
            cause: error,
          });
        }
        throw error;
      }
    });
