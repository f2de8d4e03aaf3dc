/** What a new guest is told at its first start, looked at from inside of a real Debian, and what its network keeps for it. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { VmId } from '../../../src/ids.ts';
import type { Settings } from '../../../src/platforms/contract.ts';
import { mib } from '../../../src/units.ts';
import { BOOT_MS, BOOT_TEST_MS, bySsh, inside, untilAgentAnswers } from './debian-guest.ts';
import { DEBIAN_IMAGE, provideDebian } from './debian-image.ts';
import { host2, imageFile, makeNetwork, removeNetwork, site, virsh } from './hosts.ts';
import { sshEndpoint } from './kvm-testkit.ts';
import { patient, shut, type Watched, watch } from './kvm-watching.ts';

const host = host2;
const endpoint = sshEndpoint(host);
/** Of cloud-init, of Ignition, and the clone of the first. */
const [TOLD, IGNITED, CLONE] = ['told1', 'told2', 'told3'];
const ISOLATED = 'told-isolated';
const NET = `192.168.12${host.number}`;
const SPEC: Settings = {
  image: DEBIAN_IMAGE,
  memory: mib(512),
  vcpus: 1,
  // As in kvm-guest.lab.test.ts.
  virtualization: 'qemu',
  graphics: 'none',
};

let watched: Watched;
let folder: string;
const ids = new Map<string, VmId>();
const vms = () => watched.connection.vm as Required<Watched['connection']['vm']>;
const idOf = (name: string): VmId => ids.get(name) as VmId;
const network = () => virsh(host, 'net-dumpxml', 'default');
const volumes = () => virsh(host, 'vol-list', 'default');

async function tidy(): Promise<void> {
  for (const name of [CLONE, TOLD, IGNITED]) {
    await virsh(host, 'destroy', name).catch(() => undefined);
    await virsh(host, 'undefine', name).catch(() => undefined);
  }
  const words = (await volumes()).split(/\s+/);
  for (const volume of words.filter((word) => /^told\d[._]/.test(word)))
    await virsh(host, 'vol-delete', '--pool', 'default', volume);
  await removeNetwork(host, ISOLATED);
}
const make = async (name: string, more: Settings) =>
  void ids.set(name, (await vms().create(endpoint.name, { ...SPEC, name, ...more }, patient())).id);
async function remove(name: string): Promise<void> {
  await vms().stop(idOf(name), 'force', patient());
  await watched.untilState(idOf(name), 'stopped');
  await vms().delete(idOf(name), { keepDisks: false, snapshots: false }, patient());
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'told-'));
  await provideDebian(site, host);
  await tidy();
  await makeNetwork(host, ISOLATED);
  watched = await watch(endpoint);
  await writeFile(join(folder, 'bytes'), Buffer.from([0, 255, 10]));
  await make(TOLD, {
    nic: [
      { network: 'default', mac: '' },
      { network: ISOLATED, mac: '' },
    ],
    user: 'fred',
    keys: `${site.files.key}.pub`,
    'root-login': true,
    file: [
      { path: '/etc/told/text', content: 'a: "b"\n', mode: '0640', owner: 'fred:adm' },
      { path: '/srv/bytes', origin: join(folder, 'bytes') },
    ],
    'store-metadata': true,
    plan: 'shop',
    ips: `${NET}.60/24 fd00:7::60/64\n10.99.0.5/24`,
    gateway: `${NET}.1 fd00:7::1`,
    dns: `${NET}.1`,
    domain: 'lan.test',
    'reserve-ip': true,
    'reserve-dns': true,
  });
  // Both start at the same time.
  await make(IGNITED, { seed: 'ignition', keys: `${site.files.key}.pub`, commands: 'true', ips: '10.0.0.5/24' });
}, 720_000);
afterAll(async () => {
  await tidy();
  await rm(folder, { recursive: true, force: true });
  const begun: Watched | undefined = watched;
  if (begun) await shut(begun);
});

describe('a guest of cloud-init', () => {
  const sh = (command: string): Promise<string> => inside(host, TOLD, command);

  it(
    'F-237 F-333 has the addresses, routes, name servers and files that it was made with, and no complaint',
    async () => {
      await untilAgentAnswers(host, TOLD, BOOT_MS);
      expect(await sh('cloud-init status --wait | tail -n 1')).toBe('status: done');
      expect(await sh('grep WARNING /var/log/cloud-init.log; true')).toBe('');
      const addresses = await sh("ip -o addr show scope global | awk '{print $2, $4}'");
      expect(addresses.split('\n').toSorted()).toEqual([
        `eth0 ${NET}.60/24`,
        'eth0 fd00:7::60/64',
        'eth1 10.99.0.5/24',
      ]);
      expect(await sh("ip route show default | cut -d' ' -f1-5; ip -6 route show default | cut -d' ' -f1-5")).toBe(
        `default via ${NET}.1 dev eth0\ndefault via fd00:7::1 dev eth0`,
      );
      expect(await sh('networkctl status eth0')).toMatch(new RegExp(`DNS: ${NET}\\.1\\n *Search Domains: lan\\.test`));
      expect(await sh('stat -c "%a %U %G" /etc/told/text; cat /etc/told/text; od -An -tx1 /srv/bytes')).toBe(
        '640 fred adm\na: "b"\n 00 ff 0a',
      );
      expect(await sh('stat -c %a /root/.metadata; cat /root/.metadata')).toBe(
        `600\nname: ${TOLD}\nimage: ${DEBIAN_IMAGE}\nuser: fred\ndomain: lan.test\nplan: shop`,
      );
    },
    BOOT_TEST_MS,
  );

  it('F-334 lets its user and root in with the keys of a file', async () => {
    expect(await bySsh(host, `fred@${NET}.60`, 'id -un; hostname')).toBe(`fred\n${TOLD}`);
    expect(await bySsh(host, `root@${NET}.60`, 'id -un')).toBe('root');
  });

  it('F-306 F-400 has its address and its names kept by the network, as the MACs and the guest say', async () => {
    const mac = await sh('cat /sys/class/net/eth0/address');
    const xml = await network();
    expect(xml).toContain(`<host mac='${mac}' ip='${NET}.60'/>`);
    expect(xml).toMatch(/<hostname>told1<\/hostname>\s*<hostname>told1\.lan\.test<\/hostname>/);
  });
});

describe('a guest of Ignition', () => {
  it(
    'F-333 gets its config by the firmware of the machine, byte for byte',
    async () => {
      await untilAgentAnswers(host, IGNITED, BOOT_MS);
      const file = await readFile(imageFile(host, `${IGNITED}.ign`));
      expect(JSON.parse(file.toString())).toMatchObject({ ignition: { version: '3.0.0' } });
      const at = '/sys/firmware/qemu_fw_cfg/by_name/opt';
      const read = `modprobe qemu_fw_cfg && base64 -w0 ${at}/com.coreos/config/raw && cmp ${at}/com.coreos/config/raw ${at}/org.flatcar-linux/config/raw`;
      expect(Buffer.from(await inside(host, IGNITED, read), 'base64').equals(file)).toBe(true);
    },
    BOOT_TEST_MS,
  );

  it('F-241 takes it along when it is deleted', async () => {
    expect((await vms().planDelete(idOf(IGNITED), patient())).goes).toContain(`/var/lib/libvirt/images/${IGNITED}.ign`);
    await remove(IGNITED);
    expect(await volumes()).not.toContain(IGNITED);
  });
});

describe('a clone of a guest of cloud-init', () => {
  it('F-249 is told its own name, and asks for addresses of its own', async () => {
    await vms().stop(idOf(TOLD), 'force', patient());
    await watched.untilState(idOf(TOLD), 'stopped');
    const { id, warnings } = await vms().clone(idOf(TOLD), { name: CLONE, linked: false, start: true }, patient());
    ids.set(CLONE, id as VmId);
    expect(warnings.map(({ feature }) => feature)).toEqual(['ips']);
  });

  it('F-241 keeps its seed when its original goes, which takes its address and its names along', async () => {
    await vms().delete(idOf(TOLD), { keepDisks: false, snapshots: false }, patient());
    expect(await network()).not.toMatch(/told|\.60'/);
    const left = await volumes();
    expect(left).not.toContain(TOLD);
    expect(left).toContain(`${CLONE}.ISO`);
  });

  it(
    'knows that it is another guest',
    async () => {
      const sh = (command: string): Promise<string> => inside(host, CLONE, command);
      await untilAgentAnswers(host, CLONE, BOOT_MS);
      expect(await sh('cloud-init status --wait | tail -n 1')).toBe('status: done');
      expect(await sh('hostname; ls /var/lib/cloud/instances | wc -l; head -n 1 /root/.metadata')).toBe(
        `${CLONE}\n2\nname: "${CLONE}"`,
      );
      const addresses = await sh("ip -o addr show scope global | awk '{print $2, $4}'");
      expect(addresses).toMatch(new RegExp(`^eth0 ${NET.replaceAll('.', '\\.')}\\.\\d+/24$`, 'm'));
      expect(addresses).not.toMatch(/\.60\/|fd00:7::60|10\.99/);
    },
    BOOT_TEST_MS,
  );
});
