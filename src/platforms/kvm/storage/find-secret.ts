/** Secrets that libvirt keeps for storages: drover names them, and never asks for their values. */
import { FleetError } from '../../../errors.ts';
import type { StorageSpec } from '../../contract.ts';
import type { HostCall } from '../host/host-call.ts';
import { uuidBytes } from '../link/uuid.ts';
import { LibvirtError, VIR_ERR } from '../rpc/errors.ts';
import { SECRET_USAGE } from '../rpc/flags.ts';
import { procedures } from '../rpc/protocol.ts';
import { authOf } from './write-pool.ts';

export interface SecretName {
  readonly key: 'uuid' | 'usage';
  readonly value: string;
}

/** Undefined where no user logs in. Rejects with op.refused where libvirt has no such secret. */
export async function findSecret({ client, signal }: HostCall, spec: StorageSpec): Promise<SecretName | undefined> {
  const auth = authOf(spec);
  if (!spec.login || !auth) return undefined;
  const { secret } = spec.login;
  const uuid = uuidBytes(secret);
  const usage = SECRET_USAGE[auth === 'ceph' ? 'ceph' : 'iscsi'];
  const found = uuid
    ? client.call(procedures.secretByUuid, { uuid }, { signal })
    : client.call(procedures.secretByUsage, { usageType: usage, usageId: secret }, { signal });
  await found.catch((error: unknown) => {
    if (!(error instanceof LibvirtError) || error.code !== VIR_ERR.noSecret) throw error;
    throw new FleetError('op.refused', `${spec.name}: the host has no secret ${JSON.stringify(secret)} for ${auth}`, {
      fix: 'make one with virsh secret-define and secret-set-value, and give its usage or its uuid',
    });
  });
  return { key: uuid ? 'uuid' : 'usage', value: secret };
}
