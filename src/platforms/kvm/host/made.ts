/** What is made on a host, and how it goes again. */
import { FleetError } from '../../../errors.ts';
import { type Made, shellWord } from '../../lib/take-back.ts';
import { UNDEFINE } from '../rpc/flags.ts';
import { type Domain, procedures, type Volume } from '../rpc/protocol.ts';
import { CHANGE_MS } from '../vm/guest-call.ts';
import type { HostCall } from './host-call.ts';

type Calling = Pick<HostCall, 'client'>;

export const volumeMade = ({ client }: Calling, volume: Volume): Made => ({
  what: `the volume ${volume.name} in ${volume.pool}`,
  command: `virsh vol-delete --pool ${shellWord(volume.pool)} ${shellWord(volume.name)}`,
  undo: () => client.call(procedures.deleteVolume, { volume, flags: 0 }, { deadlineMs: CHANGE_MS }),
});

/** What becomes of its UEFI variables: they go, they stay, or it has none. */
const NVRAM = {
  delete: { flags: UNDEFINE.nvram, option: ' --nvram' },
  keep: { flags: UNDEFINE.keepNvram, option: ' --keep-nvram' },
  none: { flags: 0, option: '' },
} as const;

/** Not taken back once it runs: it would run on without a definition, and on disks that are deleted. Without `domain` it may be there. */
export function domainMade({ client }: Calling, name: string, nvram: keyof typeof NVRAM, domain?: Domain): Made {
  const { flags, option } = NVRAM[nvram];
  return {
    what: `the VM ${name}`,
    command: `virsh undefine${option} ${shellWord(name)}`,
    async undo() {
      if (!domain) return;
      const options = { deadlineMs: CHANGE_MS };
      const now = await client.call(procedures.domainByUuid, { uuid: domain.uuid }, options);
      if (now.id !== -1) throw new FleetError('op.conflict', `${name} is running`);
      await client.call(procedures.undefine, { domain: now, flags }, options);
    },
  };
}
