import { expect, it } from 'vitest';
import { endpointName } from '../../../ids.ts';
import { readReport } from '../host/host-info.ts';
import { procedures } from '../rpc/protocol.ts';
import { createScriptedClient } from '../testkit/scripted-client.ts';
import { storagesOfGroups, withStorage } from './volume-groups.ts';

const pool = (name: string) => ({ name, uuid: Buffer.alloc(16, 1) });

it('F-204 volume groups of a host are found, those that are storages and those that are none', async () => {
  const { client, answer } = createScriptedClient();
  const xml: Record<string, string> = {
    vms: "<pool type='logical'><source><name>vg0</name></source><target><path>/dev/vg0</path></target></pool>",
    iso: "<pool type='dir'><source><name>spare</name></source><target><path>/iso</path></target></pool>",
    odd: 'no xml',
  };
  answer(procedures.poolXml, ({ pool: { name } }) => xml[name] ?? '');
  const storages = await storagesOfGroups(client, Object.keys(xml).map(pool), new AbortController().signal);
  // What vgs of LVM 2.03 printed of a disk of 64 MiB, and of more.
  const { lines } = readReport('== groups\n  vg0/62914560/62914560\n  spare/107374182400/53687091200\n  a warning\n');
  const groups = lines
    .filter(([section]) => section === 'Volume groups')
    .map((line) => withStorage(line, storages, endpointName('kvm1')));
  expect(groups).toEqual([
    ['Volume groups', 'vg0', '60M free of 60M, storage vms'],
    [
      'Volume groups',
      'spare',
      '50G free of 100G, no storage; if it is in no disk of a VM: drover storage create spare --type lvm --path spare -C kvm1',
    ],
  ]);
});
