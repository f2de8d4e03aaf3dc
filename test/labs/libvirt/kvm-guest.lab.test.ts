/** A VM that drover makes of a real Debian, looked at from inside: what a user is told was done there has been done. */
import { readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PNG } from 'pngjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chordsOf } from '../../../src/display/keys.ts';
import { openDisplay } from '../../../src/display/rfb/session.ts';
import { shownOn, textOf } from '../../../src/display/screenshot.ts';
import { readTextScreen } from '../../../src/display/text/read-screen.ts';
import type { DiskId, VmId } from '../../../src/ids.ts';
import type { Settings } from '../../../src/platforms/contract.ts';
import { type Bytes, gib, mib } from '../../../src/units.ts';
import { openDesk } from '../../cli/run-drover.ts';
import { present } from '../../contract/bench.ts';
import { openTerminal } from '../../contract/terminal.ts';
import { run } from '../command.ts';
import { until } from '../until.ts';
import { BOOT_MS, BOOT_TEST_MS, bySsh, inside, untilAgentAnswers } from './debian-guest.ts';
import { DEBIAN_IMAGE, provideDebian } from './debian-image.ts';
import { host3, makeNetwork, removeNetwork, site, virsh } from './hosts.ts';
import { sshEndpoint } from './kvm-testkit.ts';
import { patient, shut, type Watched, watch } from './kvm-watching.ts';

const host = host3;
const endpoint = sshEndpoint(host);
const VM = 'debian1';
const ISOLATED = 'debian-isolated';
const MAC = '52:54:00:de:b1:02';
const PASSWORD = 'Sesam: öffne "dich"';
/** What a guest takes to see what was done to it. */
const SOON_MS = 20_000;
const SPEC: Settings = {
  image: DEBIAN_IMAGE,
  memory: mib(640),
  vcpus: 2,
  // Guests of the lab run without KVM, also on a machine that says that it has it.
  virtualization: 'qemu',
  graphics: 'vnc',
};

let watched: Watched;
let vm: VmId;
const vms = () => watched.connection.vm as Required<Watched['connection']['vm']>;
const disks = () => watched.connection.disk as Required<NonNullable<Watched['connection']['disk']>>;
const nics = () => watched.connection.nic as Required<NonNullable<Watched['connection']['nic']>>;
const snapshots = () => watched.connection.snapshot as Required<NonNullable<Watched['connection']['snapshot']>>;

const sh = (command: string): Promise<string> => inside(host, VM, command);
/** Resolves once the command prints that inside of the guest. */
const seen = (command: string, wanted: string) =>
  until(`${command} prints ${wanted} in ${VM}`, SOON_MS, async () => (await sh(command)) === wanted);
const sizeInside = (device: string) => sh(`cat /sys/block/${device}/size`).then((sectors) => Number(sectors) * 512);
const seenSize = (device: string, bytes: number) => seen(`cat /sys/block/${device}/size`, `${bytes / 512}`);
const memoryInside = async () => Number(/\d+/.exec(await sh('grep MemTotal /proc/meminfo'))?.[0]) * 1024;
const address = (within = BOOT_MS): Promise<string> =>
  watched.until(`an address of ${VM}`, () => watched.vms.get(vm)?.ips[0], within);
const diskOf = async (device: string): Promise<DiskId> => {
  const disk = (await disks().list(vm, patient())).find((one) => one.device === device);
  if (!disk) throw new Error(`${VM} has no disk ${device}`);
  return disk.id;
};

async function tidy(name: string): Promise<void> {
  await virsh(host, 'destroy', name).catch(() => undefined);
  await virsh(host, 'undefine', name, '--nvram', '--managed-save', '--snapshots-metadata').catch(() => undefined);
  const volumes = await virsh(host, 'vol-list', '--pool', 'default');
  for (const volume of volumes.split(/\s+/).filter((word) => word.startsWith(name)))
    await virsh(host, 'vol-delete', '--pool', 'default', volume);
}
const make = async (name: string, more: Settings): Promise<VmId> =>
  (await vms().create(endpoint.name, { ...SPEC, name, ...more }, patient())).id;

beforeAll(async () => {
  await provideDebian(site, host);
  await tidy(VM);
  await removeNetwork(host, ISOLATED);
  await makeNetwork(host, ISOLATED);
  watched = await watch(endpoint);
}, 720_000);
afterAll(async () => {
  await tidy(VM);
  await removeNetwork(host, ISOLATED);
  const begun: Watched | undefined = watched;
  if (begun) await shut(begun);
});

describe('a Debian that drover makes', () => {
  it(
    'F-237 F-345 F-359 starts, does what its seed says, and shows the address at which it answers',
    async () => {
      vm = await make(VM, {
        disk: [{ size: gib(2) }, { size: mib(64) }],
        nic: [
          // libvirt's choice: the host would still have the lease of an earlier guest with the same address
          { network: 'default', mac: '' },
          { network: ISOLATED, mac: MAC },
        ],
        user: 'fred',
        keys: (await readFile(`${site.files.key}.pub`, 'utf8')).trim(),
        password: PASSWORD,
        commands: 'echo "a: b" > /made\nhostname >> /made',
        rng: true,
      });
      const ip = await address();
      await untilAgentAnswers(host, VM, BOOT_MS);
      expect(await sh('cloud-init status --wait | tail -n 1')).toBe('status: done');
      expect(JSON.parse(await sh('cat /run/cloud-init/result.json'))).toEqual({
        v1: { datasource: 'DataSourceNoCloud [seed=/dev/sr0][dsmode=net]', errors: [] },
      });
      // cloud-init would have said what it does not like of the seed
      expect(await sh('grep WARNING /var/log/cloud-init.log; true')).toBe('');
      expect(await bySsh(host, `fred@${ip}`, 'id -un; hostname; cat /made')).toBe(`fred\n${VM}\na: b\n${VM}`);
    },
    BOOT_TEST_MS,
  );

  it('F-331 F-286 F-465 lets its user in by vm ssh, from where its address is not reached, and ends with its exit code', async () => {
    const desk = await openDesk();
    const known = `drover-${(await virsh(host, 'domuuid', VM)).trim()}`;
    try {
      const ran = await desk.runBuilt(
        { input: 'from a pipe\n', env: { DROVER_CONFIG: site.files.config } },
        ...[
          'vm',
          'ssh',
          VM,
          '-C',
          host.name,
          '-i',
          site.files.key,
          '--accept-new',
          '--',
          'cat; id -un; hostname; exit 7',
        ],
      );
      expect([ran.code, ran.stdout]).toEqual([7, `from a pipe\nfred\n${VM}\n`]);
    } finally {
      await run(['ssh-keygen', '-R', known]).catch(() => undefined);
      await desk.clear();
    }
  });

  it('has the disks, NICs, memory and vCPUs that it was made with, and its root fills its disk', async () => {
    expect([await sizeInside('vda'), await sizeInside('vdb')]).toEqual([gib(2), mib(64)]);
    expect(Number(await sh('df --output=size -B1 / | tail -n 1'))).toBeGreaterThan(mib(1_850));
    const macs = (await nics().list(vm, patient())).map(({ identity }) => identity);
    expect((await sh('cat /sys/class/net/e*/address')).split('\n')).toEqual(macs);
    expect(macs[1]).toBe(MAC);
    expect(await sh('nproc')).toBe('2');
    expect(await memoryInside()).toBeGreaterThan(mib(560));
    expect(await sh('cat /sys/class/misc/hw_random/rng_current')).toMatch(/^virtio_rng/);
  });

  it('lets its user in at the serial console with the password of the form', async () => {
    const attachment = await watched.connection.console?.serial?.(vm, { force: true }, patient());
    if (attachment?.kind !== 'stream') throw new Error('not a stream');
    const terminal = openTerminal(attachment.stream);
    try {
      await terminal.see(new RegExp(`${VM} login: $`), '\r');
      terminal.type('fred\r');
      await terminal.see(/Password: $/);
      terminal.type(`${PASSWORD}\r`);
      await terminal.see(/fred@debian1:.*\$ /);
      terminal.type('exit\r');
    } finally {
      attachment.stream.destroy();
      await terminal.ended;
    }
    expect(await sh('getent shadow fred | cut -d: -f2 | cut -c1-3')).toBe('$6$');
  });

  it('F-251 F-356 shows its console as the text that its kernel says it is, takes what is typed, and is the picture of virsh', async () => {
    const display = await openDisplay((await present(watched.connection.console?.display)(vm, patient())).stream, {
      password: undefined,
      host: host.address,
    });
    try {
      const untilShown = async (wanted: RegExp) => {
        for (;;) {
          await display.update();
          if (wanted.test(textOf(display.frame()) ?? '')) return;
        }
      };
      await untilShown(/debian1 login: *$/);
      for (const chord of chordsOf('Fred_1\n'))
        for (const down of [true, false]) for (const keysym of chord) display.key(keysym, down);
      await untilShown(/debian1 login: Fred_1\nPassword: *$/);
      // What a virtual console shows, cell by cell: vcs(4).
      const kernel = await sh('tr "\\0" " " < /dev/vcs1');
      const shown = readTextScreen(display.frame());
      const chars = [...(shown?.chars ?? [])].map((char) => String.fromCodePoint(char)).join('');
      expect(chars.trim()).toBe(kernel.trim());

      await vms().pause(vm, patient());
      const file = join(tmpdir(), `drover-${VM}.png`);
      await virsh(host, 'screenshot', VM, file);
      const { width, height, data } = PNG.sync.read(await readFile(file));
      await rm(file);
      display.close();
      const link = await present(watched.connection.console?.display)(vm, patient());
      const frame = await shownOn(link, patient());
      expect([frame.width, frame.height]).toEqual([width, height]);
      const others = [...frame.pixels.keys()].filter((at) => at % 4 < 3 && frame.pixels[at] !== data[at]);
      expect(others).toEqual([]);
    } finally {
      display.close();
      await vms().resume(vm, patient());
    }
  });

  it('shows the address that its agent tells where the host gives out none', async () => {
    const ip = await address();
    const [first] = await nics().list(vm, patient());
    if (!first) throw new Error(`${VM} has no NIC`);
    await nics().connect(first.id, ISOLATED, patient());
    // No lease is there: the guest has kept the address, and says so.
    expect((await vms().info(vm, patient())).row?.ips).toEqual([ip]);
    await nics().connect(first.id, 'default', patient());
    expect(await bySsh(host, `fred@${ip}`, 'echo back')).toBe('back');
  });
});

describe('a Debian that runs', () => {
  it('F-260 F-261 sees a disk that is added, and that it grows, and lets go of it', async () => {
    const spec = { volume: '', size: mib(96), storage: '', format: '', bus: '', shareable: false };
    const { id } = await disks().create(vm, spec, patient());
    await seenSize('vdc', mib(96));
    await sh('mke2fs -q /dev/vdc && mount /dev/vdc /mnt && echo kept > /mnt/file');
    await disks().resize(id, mib(160) as Bytes, patient());
    await seenSize('vdc', mib(160));
    await sh('resize2fs /dev/vdc && cat /mnt/file');
    expect(Number(await sh('df --output=size -B1 /mnt | tail -n 1'))).toBeGreaterThan(mib(140));
    await sh('umount /mnt');
    await disks().delete(id, patient());
    await seen('test -e /dev/vdc || echo gone', 'gone');
  });

  it('F-276 F-277 sees a NIC that is added, which works, and lets go of it', async () => {
    const { id } = await nics().create(vm, { network: 'default', model: '', mac: '' }, patient());
    const mac = (await nics().list(vm, patient())).find((nic) => nic.id === id)?.identity ?? '';
    // its name changes once, as udev gives it one
    const card = `$(basename $(dirname $(grep -l ${mac} /sys/class/net/*/address)))`;
    const carrier = `card=${card} && ip link set $card up && cat /sys/class/net/$card/carrier`;
    const works = () => sh(carrier).catch(() => undefined);
    await until(`${mac} works in ${VM}`, SOON_MS, async () => (await works()) === '1');
    await nics().delete(id, patient());
    await seen(`grep -q ${mac} /sys/class/net/*/address || echo gone`, 'gone');
  });

  it('sees that its root disk grows', async () => {
    await disks().resize(await diskOf('vda'), gib(3), patient());
    await seenSize('vda', gib(3));
  });

  it('F-365 gives memory back and takes it again while it runs', async () => {
    const before = await memoryInside();
    const is = async (memory: number) => {
      const { memory: set } = await vms().settings(vm, 'running', patient());
      return set === memory && before - (await memoryInside()) === mib(640) - memory;
    };
    for (const [from, to] of [
      [640, 512],
      [512, 640],
    ] as const) {
      await vms().configure(vm, 'running', { memory: mib(to) }, { memory: mib(from) }, patient());
      await until(`${VM} has ${to} MiB`, SOON_MS, () => is(mib(to)));
    }
  });

  it('F-348 F-351 goes back to a snapshot with its memory: a file is there again, and a program that had ended runs', async () => {
    await sh('echo precious > /root/file; setsid sleep 7777 </dev/null >/dev/null 2>&1 & sync');
    const { id } = await snapshots().create(vm, { name: 'before', description: '', memory: true }, patient());
    await sh('rm /root/file; sync; pkill -f "sleep 777[7]"');
    if (!id) throw new Error('the snapshot has no id');
    await snapshots().revert(id, patient());
    await watched.untilState(vm, 'running', SOON_MS);
    await untilAgentAnswers(host, VM, SOON_MS);
    expect(await sh('cat /root/file; pgrep -c -f "sleep 777[7]"')).toBe('precious\n1');
    await snapshots().delete(id, { children: false }, patient());
  });

  it('F-287 writes out all that it has, by its agent, before a snapshot in files of its own', async () => {
    const frozen = async () =>
      Number(await sh('journalctl -b -o cat -t qemu-ga | grep -c "guest-fsfreeze called$" || true'));
    const before = await frozen();
    const spec = { name: 'quiet', description: '', memory: false, external: true };
    const { id, warnings } = await snapshots().create(vm, spec, patient());
    if (!id) throw new Error('the snapshot has no id');
    // no word of disks that are as after a power cut
    expect(warnings.map(({ feature }) => feature)).toEqual(['disks', 'revert']);
    expect(await frozen()).toBe(before + 1);
    await snapshots().delete(id, { children: false }, patient());
    expect(await sh('echo kept > /root/after; sync; cat /root/after')).toBe('kept');
  });
});

describe('a Debian that is restarted', () => {
  it(
    'F-347 F-366 shuts down as it should, and has its new size, vCPUs and memory then',
    async () => {
      const before = await vms().settings(vm, 'config', patient());
      const changes = { memory: mib(768), vcpus: 1, 'max-vcpus': 3 };
      const basedOn = {
        memory: before['memory'],
        vcpus: before['vcpus'],
        'max-vcpus': before['max-vcpus'],
      } as Settings;
      await vms().configure(vm, 'config', changes, basedOn, patient());
      const small = await memoryInside();
      await vms().stop(vm, 'graceful', patient());
      await watched.untilState(vm, 'stopped', 60_000);
      await vms().start(vm, patient());
      await untilAgentAnswers(host, VM, BOOT_MS);
      // the record of a shutdown is what a guest writes that was not cut off
      expect(await sh('last -x shutdown | head -n 1')).toMatch(/^shutdown/);
      expect(await sh('nproc')).toBe('1');
      expect((await memoryInside()) - small).toBeGreaterThan(mib(100));
      // cloud-init looks for room at each start
      const size = async () => Number(await sh('df --output=size -B1 / | tail -n 1'));
      await until(`the root of ${VM} fills its disk`, BOOT_MS, async () => (await size()) > mib(2_800));
    },
    BOOT_TEST_MS,
  );

  it('F-293 sees a vCPU that is added while it runs', async () => {
    await vms().configure(vm, 'running', { vcpus: 2 }, { vcpus: 1 }, patient());
    await seen('cat /sys/devices/system/cpu/present', '0-1');
  });

  it('F-241 leaves nothing behind when it is deleted', async () => {
    await vms().stop(vm, 'force', patient());
    await watched.untilState(vm, 'stopped');
    await vms().delete(vm, { keepDisks: false, snapshots: false }, patient());
    expect(await virsh(host, 'vol-list', 'default')).not.toContain(VM);
  });
});

describe('a Debian on other firmware', () => {
  const FIRMWARE = [
    ['uefi', 'debian-uefi', 'SecureBoot disabled'],
    ['uefi-secure', 'debian-secure', 'SecureBoot enabled'],
  ] as const;
  const clear = async () => {
    for (const [, name] of FIRMWARE) await tidy(name);
  };
  beforeAll(clear);
  afterAll(clear);

  // Both at once: a boot without KVM takes one core. Without a seed, the agent says all that is asked here.
  it.concurrent.each(FIRMWARE)(
    'starts by %s, and has a TPM',
    async (firmware, name, said) => {
      const id = await make(name, { firmware, tpm: true, 'cloud-init': false });
      const shell = (command: string) => inside(host, name, command);
      await untilAgentAnswers(host, name, BOOT_MS);
      expect(await shell('ls -d /sys/firmware/efi')).toBe('/sys/firmware/efi');
      expect(await shell('mokutil --sb-state | head -n 1')).toContain(said);
      expect(await shell('test -c /dev/tpm0; cat /sys/class/tpm/tpm0/tpm_version_major')).toBe('2');
      await vms().stop(id, 'force', patient());
      await watched.untilState(id, 'stopped');
      await vms().delete(id, { keepDisks: false, snapshots: false }, patient());
    },
    BOOT_TEST_MS,
  );
});
