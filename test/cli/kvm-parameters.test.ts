/** What kcli's users type of the guest itself, as settings of a new VM on KVM. */
import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { openGivenFiles } from '../../src/cli/given-files.ts';
import { parametersIn, saidBy } from '../../src/cli/parameters.ts';
import { manifest } from '../../src/platforms/kvm/manifest.ts';
import { readWritten } from '../../src/state/fields.ts';
import { settingsIn } from '../../src/state/presets/settings-in.ts';

const fields = manifest.settings.filter((field) => field.in.provision === 'write');

async function valuesOf(parameters: readonly string[]) {
  const values = settingsIn(await parametersIn(parameters), fields).map((given) => {
    const field = fields.find(({ key }) => key === given.key);
    if (!field || !('written' in given)) throw new Error(given.where);
    const read = readWritten(field, given.written);
    return [given.key, 'value' in read ? read.value : read.wrong];
  });
  return Object.fromEntries(values);
}

it("F-237 are what a guest is told, by kcli's words", async () => {
  const parameters = [
    ...['keys=[~/.ssh/a.pub]', 'cmds=[a, b]', 'enableroot=true', 'storemetadata=true', 'reserveip=true'],
    ...['reservedns=true', 'domain=lan.test', 'gateway=10.0.0.1', 'dns=[9.9.9.9, 9.9.9.10]', 'netmasks=[24]'],
    ...['ips=[10.0.0.5, null, 10.1.0.5/24]', "files=[{path: /etc/a, content: 'x: y', mode: '0600'}]"],
  ];
  expect(await valuesOf(parameters)).toEqual({
    keys: '~/.ssh/a.pub',
    commands: 'a\nb',
    'root-login': true,
    'store-metadata': true,
    'reserve-ip': true,
    'reserve-dns': true,
    domain: 'lan.test',
    gateway: '10.0.0.1',
    dns: '9.9.9.9\n9.9.9.10',
    netmasks: '24',
    ips: '10.0.0.5\n\n10.1.0.5/24',
    file: [{ path: '/etc/a', content: 'x: y', mode: '0600' }],
  });
});

it("are what its hardware is, by kcli's words", async () => {
  const parameters = [
    ...['numa=[{id: 1, vcpus: 0-1, memory: 1024}, {vcpus: "2,3", memory: 2GiB}]', 'numamode=strict', 'sockets=1'],
    ...['cpuflags=[aes, {name: pcid, policy: disable}]', 'cpupinning=[{vcpus: 0-1, hostcpus: "4-5"}]', 'cores=2'],
    ...['pcidevices=["01:00.0", "0001:02:00.1"]', 'sharedfolders=[/srv/data/]', 'hugepages_1gb=true', 'threads=2'],
    ...['nested=false', 'vnc=false', 'virttype=qemu', 'guestagent=false', 'extra_iso=b.iso', 'floppy=f.img'],
    ...['vmuser=me', 'vncpassword=12345678', 'cmdline=quiet'],
  ];
  const MIB = 2 ** 20;
  expect(await valuesOf(parameters)).toEqual({
    numa: [
      { id: 1, vcpus: '0-1', memory: 1024 * MIB },
      { vcpus: '2,3', memory: 2048 * MIB },
    ],
    'numa-mode': 'strict',
    'cpu-flag': [
      { name: 'aes', policy: 'optional' },
      { name: 'pcid', policy: 'disable' },
    ],
    pin: [{ vcpus: '0-1', host: '4-5' }],
    pci: [{ address: '0000:01:00.0' }, { address: '0001:02:00.1' }],
    folder: [{ tag: 'data', path: '/srv/data/', kind: '9p' }],
    'huge-pages': true,
    'page-size': 1024 * MIB,
    nested: 'off',
    graphics: 'none',
    virtualization: 'qemu',
    'guest-agent': false,
    'extra-iso': 'b.iso',
    floppy: 'f.img',
    user: 'me',
    'display-password': '12345678',
    cmdline: 'quiet',
    sockets: 1,
    cores: 2,
    threads: 2,
  });
  expect(await valuesOf(['numa=vcpus=0-1,memory=1GiB'])).toEqual({ numa: [{ vcpus: '0-1', memory: 1024 * MIB }] });
  expect(await valuesOf(['hugepages=true'])).toEqual({ 'huge-pages': true });
});

it('a password of a screen is not taken from argv', async () => {
  const files = openGivenFiles({ stdin: new PassThrough(), signal: new AbortController().signal });
  await expect(saidBy({ parameters: ['vncpassword=s'], parameterFiles: [] }, fields, files)).rejects.toThrow(
    '-P vncpassword would show the secret in the list of processes',
  );
});
