import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { diskId, nativeOf, type VmId } from '../../../src/ids.ts';
import type { Connection, Settings, WireLine } from '../../../src/platforms/contract.ts';
import { gib, mib } from '../../../src/units.ts';
import { present } from '../../contract/bench.ts';
import { bigVcenter, connectTo, openSmallVcenter, patient, type SmallVcenter } from './vcenter.ts';

/** A VM as the simulator has it, past drover and past the property collector. */
interface Own {
  readonly self: { readonly value: string };
  readonly name: string;
  readonly config: {
    readonly template: boolean;
    readonly firmware: string;
    readonly annotation: string;
    readonly extraConfig: readonly { readonly key: string; readonly value: string }[];
    readonly bootOptions: { readonly bootOrder: readonly { readonly deviceKey?: number }[] | null };
    readonly hardware: {
      readonly numCPU: number;
      readonly numCoresPerSocket: number;
      readonly memoryMB: number;
      readonly device: readonly Device[];
    };
  };
  readonly runtime: { readonly powerState: string; readonly host: { readonly value: string } };
}
interface Device {
  readonly key: number;
  readonly controllerKey?: number;
  readonly unitNumber?: number;
  readonly busNumber?: number;
  readonly capacityInBytes?: number;
  readonly macAddress?: string;
  readonly sharedBus?: string;
  readonly backing?: {
    readonly fileName?: string;
    readonly port?: { readonly portgroupKey: string };
    readonly deviceName?: string;
  };
}

let vcenter: SmallVcenter;
let connection: Connection;
const wire: WireLine[] = [];
beforeAll(async () => {
  vcenter = await openSmallVcenter();
  connection = await connectTo(vcenter.endpoint, wire);
});
afterAll(async () => {
  await connection?.close();
  await vcenter?.close();
});

const SCRATCH: Settings = {
  name: 'scratch1',
  image: '',
  memory: gib(1),
  vcpus: 4,
  cores: 2,
  cluster: 'DC0_C0',
  firmware: 'efi',
  description: 'made from nothing',
  disk: [
    { size: gib(2), storage: '', bus: 'scsi' },
    { size: gib(1), storage: '', bus: 'nvme' },
  ],
  nic: [{ network: 'prod-42', model: 'vmxnet3', mac: '00:50:56:01:02:03' }],
  plan: 'lab',
  profile: 'small',
  metadata: { owner: 'me' },
  'cloud-init': true,
  user: 'me',
  password: 'secret of the guest',
  keys: '',
  start: false,
};

const create = (spec: Settings) => present(connection.vm.create)(vcenter.endpoint.name, spec, patient());
const own = async (id: VmId): Promise<Own> => {
  const all = (await vcenter.vcsim.objects('VirtualMachine')) as readonly Own[];
  return present(all.find(({ self }) => self.value === nativeOf(id)));
};
const optionsOf = ({ config }: Own) => new Map(config.extraConfig.map(({ key, value }) => [key, value]));
const decoded = (text: string | undefined) => Buffer.from(text ?? '', 'base64').toString('utf8');
const disksOf = ({ config }: Own) =>
  config.hardware.device.filter(({ capacityInBytes }) => capacityInBytes !== undefined);
const nicsOf = ({ config }: Own) => config.hardware.device.filter(({ macAddress }) => macAddress !== undefined);

describe('what drover does to a VM of vSphere', () => {
  it('F-237 a VM without a template is what was asked for, with what its guest is told, and no secret is in the wire log', async () => {
    const { id, warnings } = await create(SCRATCH);
    expect(warnings).toEqual([]);
    const vm = await own(id);
    const { hardware, firmware, annotation } = vm.config;
    expect([hardware.numCPU, hardware.numCoresPerSocket, hardware.memoryMB]).toEqual([4, 2, 1024]);
    expect([vm.name, firmware, annotation]).toEqual(['scratch1', 'efi', 'made from nothing']);
    expect(disksOf(vm).map(({ capacityInBytes }) => capacityInBytes)).toEqual([gib(2), gib(1)]);
    expect(nicsOf(vm).map(({ macAddress }) => macAddress)).toEqual(['00:50:56:01:02:03']);
    const options = optionsOf(vm);
    expect(['plan', 'profile', 'owner'].map((key) => options.get(key))).toEqual(['lab', 'small', 'me']);
    expect(decoded(options.get('guestinfo.metadata'))).toContain('"local-hostname":"scratch1"');
    expect(decoded(options.get('guestinfo.userdata'))).toMatch(/^#cloud-config[\s\S]*name: me/);
    const told = [...options.values()].map(decoded).join('\n') + wire.map(({ text }) => text).join('\n');
    expect(told).not.toContain('secret of the guest');
  });

  it('F-260 F-277 F-296 devices that are added, changed and taken away are those of the server', async () => {
    const { id } = await create({ ...SCRATCH, name: 'scratch2', password: '', iso: '' });
    const { disk, nic } = connection;
    const added = await present(disk?.create)(
      id,
      { volume: '', size: mib(512), storage: '', format: 'thick', bus: 'sata', shareable: false },
      patient(),
    );
    expect(disksOf(await own(id)).map(({ capacityInBytes }) => capacityInBytes)).toEqual([gib(2), gib(1), mib(512)]);
    await present(disk?.resize)(added.id, mib(1024), patient());
    expect(disksOf(await own(id)).map(({ capacityInBytes }) => capacityInBytes)).toContain(mib(1024));
    const [first] = await present(nic?.list)(id, patient());
    const before = nicsOf(await own(id))[0]?.backing?.port?.portgroupKey;
    await present(nic?.connect)(present(first).id, 'DC0_DVPG0', patient());
    const after = nicsOf(await own(id))[0];
    expect(after?.backing?.port?.portgroupKey).not.toBe(before);
    expect(after?.macAddress).toBe('00:50:56:01:02:03');
    await present(nic?.delete)(present(first).id, patient());
    expect(nicsOf(await own(id))).toEqual([]);
    await present(disk?.delete)(added.id, patient());
    expect(disksOf(await own(id)).length).toBe(2);
    const unknown = present(disk?.detach)(diskId(id, 'no such disk'), patient());
    await expect(unknown).rejects.toMatchObject({ code: 'disk.not-found' });
  });

  it('F-293 a VM is renamed, gets an order to start from, becomes a template and a VM again', async () => {
    const { id } = await create({ ...SCRATCH, name: 'scratch3', password: '' });
    const configure = (changes: Settings) => present(connection.vm.configure)(id, 'config', changes, {}, patient());
    const disks = await present(connection.disk?.list)(id, patient());
    const last = present(disks.filter(({ type }) => type === 'disk').at(-1));
    await configure({ name: 'renamed', boot: `${last.name},cdrom`, plan: 'other', cores: 4 });
    const vm = await own(id);
    expect([vm.name, optionsOf(vm).get('plan'), vm.config.hardware.numCoresPerSocket]).toEqual(['renamed', 'other', 4]);
    expect(vm.config.bootOptions.bootOrder?.[0]?.deviceKey).toBe(disksOf(vm).at(-1)?.key);
    expect(await present(connection.vm.settings)(id, 'config', patient())).toMatchObject({
      boot: `${last.name},cdrom`,
    });
    await configure({ template: true });
    expect((await own(id)).config.template).toBe(true);
    await expect(present(connection.vm.start)(id, patient())).rejects.toMatchObject({ code: 'op.refused' });
    await configure({ template: false });
    expect((await own(id)).config.template).toBe(false);
  });

  it('a VM whose start fails is taken back whole', async () => {
    await vcenter.vcsim.status('POST', '/lab/fault?method=PowerOnVM_Task&fault=NoPermission&times=1');
    const failing = create({ ...SCRATCH, name: 'never', password: '', start: true });
    await expect(failing).rejects.toMatchObject({ code: 'auth.forbidden' });
    const all = (await vcenter.vcsim.objects('VirtualMachine')) as readonly Own[];
    expect(all.map(({ name }) => name)).not.toContain('never');
  });

  it('F-268 a port group of one host is made where it was said, and is refused while a VM is plugged into it', async () => {
    const { network } = connection;
    const { name: endpoint } = vcenter.endpoint;
    const spec = {
      name: 'only-here',
      mode: 'bridge',
      cidr: '',
      dhcp: false,
      device: 'vSwitch0@DC0_H0',
      domain: '',
    } as const;
    await present(network?.create)(endpoint, { ...spec, vlans: [12] }, patient());
    const hosts = (await vcenter.vcsim.objects('HostNetworkSystem')) as readonly {
      readonly networkInfo: {
        readonly portgroup: readonly { readonly spec: { readonly name: string; readonly vlanId: number } }[];
      };
    }[];
    const specs = hosts.flatMap(({ networkInfo }) => networkInfo.portgroup.map((group) => group.spec));
    expect(specs.filter(({ name }) => name === 'only-here').map(({ vlanId }) => vlanId)).toEqual([12]);
    const all = await present(network?.list)(endpoint, patient());
    const used = present(all.find(({ name }) => name === 'DC0_DVPG0'));
    await expect(present(network?.delete)(used.id, patient())).rejects.toMatchObject({
      code: 'op.refused',
      message: expect.stringMatching(/^DC0_DVPG0 is used by /),
    });
  });

  it('F-361 a disk that another VM needs is not deleted with the VM that it lies beside', async () => {
    const { id } = await create({ ...SCRATCH, name: 'owner', password: '' });
    const { id: other } = await create({ ...SCRATCH, name: 'borrower', password: '' });
    const file = present(disksOf(await own(id))[0]?.backing?.fileName);
    const wanted = { volume: file, size: gib(1), storage: '', format: '', bus: '', shareable: true };
    await present(connection.disk?.create)(other, wanted, patient());
    const plan = await present(connection.vm.planDelete)(id, patient());
    expect(plan.refused).toContain('borrower');
    await expect(
      present(connection.vm.delete)(id, { keepDisks: false, snapshots: false }, patient()),
    ).rejects.toMatchObject({ code: 'op.refused' });
    expect((await own(id)).name).toBe('owner');
  });
});

it('takes as many requests for a plan or a list as with another number of VMs', async () => {
  const counts = async (on: Connection, lines: WireLine[], endpoint: typeof vcenter.endpoint, vm: VmId) => {
    const during = async (act: () => Promise<unknown>) => {
      const before = lines.length;
      await act();
      return lines.length - before;
    };
    const spec = { live: true, copyDisks: true, storage: '', removeCopied: true, despite: [] };
    // The first question for tags logs in.
    await present(on.vm.settings)(vm, 'config', patient());
    return {
      migrate: await during(() => present(on.vm.planMigrate)(vm, [{ node: undefined }], spec, patient())),
      delete: await during(() => present(on.vm.planDelete)(vm, patient())),
      images: await during(() => present(on.image?.list)(endpoint.name, patient())),
      networks: await during(() => present(on.network?.list)(endpoint.name, patient())),
      settings: await during(() => present(on.vm.settings)(vm, 'config', patient())),
      firstHistory: await during(() => present(on.vm.history)(vm, 'day', patient())),
      history: await during(() => present(on.vm.history)(vm, 'year', patient())),
    };
  };
  const few = await counts(connection, wire, vcenter.endpoint, vcenter.idOf('app-0000'));
  const big = bigVcenter();
  const lines: WireLine[] = [];
  const there = await connectTo(big, lines);
  const [name] = (await present(there.image?.list)(big.name, patient())).map(({ id }) => nativeOf(id));
  const many = await counts(there, lines, big, `${big.name}/${name}` as VmId);
  await there.close();
  const others = { settings: 2, firstHistory: 3, history: 2 };
  expect(few).toEqual({ migrate: 2, delete: 3, images: 2, networks: 2, ...others });
  expect(many).toEqual(few);
});
