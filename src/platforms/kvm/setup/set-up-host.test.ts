import { describe, expect, it } from 'vitest';
import type { HostSurvey } from '../../contract.ts';
import { readFacts } from './facts.ts';
import { surveyOf } from './set-up-host.ts';

/** What the look prints, from lines of `NAME VALUE`. */
const look = (...lines: readonly string[]): HostSurvey =>
  surveyOf(readFacts([...lines, 'end yes'].map((line) => line.replace(' ', '\t')).join('\n'), 'db1'));

const commands = ({ steps }: HostSurvey) => steps.map(({ command }) => command);
const stateOf = ({ parts }: HostSurvey, name: string) => {
  const found = parts.find(({ part }) => part === name);
  return `${found?.state}: ${found?.found}`;
};

// What os-release has on each, after installs without anything for VMs.
const DEBIAN = [
  'os ID=debian',
  'os VERSION_ID="12"',
  'os PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"',
  'tool apt-get',
];
const UBUNTU = ['os ID=ubuntu', 'os ID_LIKE=debian', 'os PRETTY_NAME="Ubuntu 24.04.1 LTS"', 'tool apt-get'];
const ROCKY = ['os ID="rocky"', 'os ID_LIKE="rhel centos fedora"', 'os VERSION_ID="9.4"', 'tool dnf'];
const LEAP = ['os ID="opensuse-leap"', 'os ID_LIKE="suse opensuse"', 'os VERSION_ID="15.6"', 'tool zypper'];
const ARCH = ['os ID=arch', 'os PRETTY_NAME="Arch Linux"', 'tool pacman'];
const ALPINE = ['os ID=alpine', 'os PRETTY_NAME="Alpine Linux v3.20"'];
const ROOT = ['uid 0', 'user root', 'group root', 'arch x86_64', 'systemd yes'];

const APT =
  'env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-remove -o Dpkg::Options::=--force-confold -o DPkg::Lock::Timeout=120';

// What the look has printed on host1 of the lab, a Debian 12 with libvirt 9.0.0.
const READY = [
  ...DEBIAN,
  ...['arch x86_64', 'uid 0', 'user root', 'group root', 'group-there libvirt', 'kvm usable'],
  ...['virsh', 'libvirtd', 'dnsmasq', 'qemu-img', 'swtpm', 'nc', 'iptables'].map((tool) => `tool ${tool}`),
  ...['emulator qemu-system-x86_64', 'emulator-version QEMU emulator version 7.2.22 (Debian 1:7.2+dfsg-7+deb12u18+b3)'],
  ...['uefi /usr/share/qemu/firmware/60-edk2-x86_64.json', 'daemon libvirtd', 'socket libvirt-sock'],
  ...[
    'daemon-version 9.0.0',
    'answers yes',
    'listed networks',
    'listed pools',
    'network-file /usr/share/libvirt/networks/default.xml',
  ],
  ...['iptables -P INPUT ACCEPT', 'iptables -A INPUT -j LIBVIRT_INP', 'space /var/lib/libvirt/images 70481924'],
];
const NETWORK = 'network  default   active   yes         yes';
const POOL = 'pool  default   active   yes';

describe('a host without anything', () => {
  it.each([
    [
      DEBIAN,
      'env DEBIAN_FRONTEND=noninteractive apt-get update',
      `${APT} libvirt-daemon-system libvirt-clients qemu-system-x86 qemu-utils dnsmasq-base`,
      ...[`${APT} ovmf`, `${APT} swtpm-tools`, `${APT} netcat-openbsd`],
    ],
    [
      ROCKY,
      'dnf install -y libvirt-daemon-kvm libvirt-client libvirt-daemon-config-network qemu-kvm qemu-img dnsmasq',
      ...['edk2-ovmf', 'swtpm-tools', 'nmap-ncat'].map((name) => `dnf install -y ${name}`),
    ],
    [
      LEAP,
      'zypper --non-interactive install libvirt-daemon-qemu libvirt-client libvirt-daemon-config-network qemu-x86 qemu-tools dnsmasq',
      ...['qemu-ovmf-x86_64', 'swtpm', 'netcat-openbsd'].map((name) => `zypper --non-interactive install ${name}`),
    ],
    [
      ARCH,
      'pacman -S --needed --noconfirm libvirt qemu-base qemu-img dnsmasq',
      ...['edk2-ovmf', 'swtpm', 'openbsd-netcat'].map((name) => `pacman -S --needed --noconfirm ${name}`),
    ],
  ])('F-226 gets the packages that its distribution has: %j', (release, ...expected) => {
    const survey = look(...release, ...ROOT);
    expect(commands(survey)).toEqual(expected);
    expect([stateOf(survey, 'libvirt'), stateOf(survey, 'QEMU')]).toEqual(['missing: -', 'missing: -']);
  });

  it('gets no packages where its distribution is not known, or its installer is not there', () => {
    for (const release of [ALPINE, DEBIAN.slice(0, -1)]) {
      const survey = look(...release, ...ROOT);
      expect(commands(survey)).toEqual([]);
      expect(survey.parts[0]).toMatchObject({
        state: 'unknown',
        fix: expect.stringContaining('installs nothing here'),
      });
    }
  });

  it('gets those for its processor, by sudo for who is not root', () => {
    const survey = look(...UBUNTU, 'uid 1000', 'user anna', 'arch aarch64');
    const arm = [/^sudo -n env .* qemu-system-arm qemu-utils dnsmasq-base$/, / qemu-efi-aarch64$/, / swtpm-tools$/];
    expect(commands(survey).slice(1, 4)).toEqual(arm.map((one) => expect.stringMatching(one)));
    expect(survey.tryRoot).toBe('sudo -n true');
  });
});

it('F-226 needs no package of those that only some VMs need, and goes on where one install has a remark', () => {
  const { steps } = look(...LEAP, ...ROOT, 'unit libvirtd.service disabled');
  expect(steps.map(({ command, isOptional, alsoDone }) => [command.split(' ').at(-1), isOptional, alsoDone])).toEqual([
    ['dnsmasq', undefined, [106, 107]],
    ['libvirtd.service', undefined, undefined],
    ...['qemu-ovmf-x86_64', 'swtpm', 'netcat-openbsd'].map((name) => [name, true, [106, 107]]),
  ]);
});

it('F-226 gets no packages where it is Proxmox VE, whose QEMU they would replace', () => {
  const survey = look(...DEBIAN, ...ROOT, 'pve yes');
  expect(commands(survey)).toEqual([]);
  expect(survey.parts[0]).toMatchObject({
    state: 'unknown',
    found: 'Proxmox VE on Debian GNU/Linux 12 (bookworm)',
    fix: expect.stringContaining('platform proxmox'),
  });
});

describe('a host with libvirt', () => {
  it('F-226 is shown with what it has, and needs nothing when all is there', () => {
    const survey = look(...READY, NETWORK, POOL);
    expect(commands(survey)).toEqual([]);
    expect(survey.parts.map(({ part, state, found }) => `${part} ${state}: ${found}`)).toEqual([
      'distribution fine: Debian GNU/Linux 12 (bookworm)',
      'processor fine: x86_64',
      'virtualization fine: /dev/kvm',
      'QEMU fine: 7.2.22 (Debian 1:7.2+dfsg-7+deb12u18+b3)',
      'qemu-img fine: qemu-img',
      'libvirt fine: libvirtd, virsh',
      'libvirt daemon fine: libvirtd 9.0.0',
      'rights of the login fine: root',
      'way to the daemon fine: nc',
      'default network fine: active',
      'bridges fine: none',
      'default pool fine: active',
      'space fine: 67G free in /var/lib/libvirt/images',
      'UEFI fine: 1 firmware file',
      'TPM fine: swtpm',
      'firewall fine: iptables, lets all in',
      'time unknown: -',
    ]);
  });

  it('F-226 gets its default network and pool started, and with the host', () => {
    const survey = look(...READY, 'network  default   inactive   no   yes', 'pool  default   active   no');
    expect([stateOf(survey, 'default network'), stateOf(survey, 'default pool')]).toEqual([
      'missing: stopped, does not start by itself',
      'missing: active, does not start by itself',
    ]);
    expect(commands(survey)).toEqual([
      'virsh -c qemu:///system pool-autostart default',
      'virsh -c qemu:///system net-start default',
      'virsh -c qemu:///system net-autostart default',
    ]);
  });

  it('keeps those as they are that are off beside others', () => {
    const off = ['network  default   inactive   no   yes', 'pool  default   inactive   no'];
    const survey = look(...READY, ...off, 'network  lan   active   yes   yes', 'pool  ssd   active   yes');
    expect(commands(survey)).toEqual([]);
    expect([stateOf(survey, 'default network'), stateOf(survey, 'default pool')]).toEqual([
      'fine: stopped, does not start by itself; others: lan',
      'fine: stopped, does not start by itself; others: ssd',
    ]);
  });

  it('gets none where they could not be listed', () => {
    const survey = look(...READY.filter((line) => !line.startsWith('listed ')));
    expect(commands(survey)).toEqual([]);
    expect([stateOf(survey, 'default network'), stateOf(survey, 'default pool')]).toEqual(['unknown: -', 'unknown: -']);
  });

  it('gets them defined where there are none, and no others beside those of its own', () => {
    expect(commands(look(...READY))).toEqual([
      'virsh -c qemu:///system pool-define-as default dir --target /var/lib/libvirt/images',
      'virsh -c qemu:///system pool-build default',
      'virsh -c qemu:///system pool-start default',
      'virsh -c qemu:///system pool-autostart default',
      'virsh -c qemu:///system net-define /usr/share/libvirt/networks/default.xml',
      'virsh -c qemu:///system net-start default',
      'virsh -c qemu:///system net-autostart default',
    ]);
    const own = look(...READY, 'network  my lan   active   yes   yes', 'pool  vm disks   active   yes');
    expect(commands(own)).toEqual([]);
    expect([stateOf(own, 'default network'), stateOf(own, 'default pool')]).toEqual([
      'fine: others: my lan',
      'fine: others: vm disks',
    ]);
  });

  const stopped = READY.filter((line) => !/^(daemon|socket|answers|listed)/.test(line));
  it.each([
    ['the one that is there', ['unit libvirtd.service disabled'], 'libvirtd.service'],
    [
      'the modular ones',
      ['unit virtqemud.socket disabled', 'unit virtnetworkd.socket disabled', 'unit virtlockd.socket disabled'],
      'virtqemud.socket virtnetworkd.socket',
    ],
    [
      'the ones that are enabled',
      ['unit libvirtd.service disabled', 'unit virtqemud.socket enabled', 'unit virtinterfaced.socket masked'],
      'virtqemud.socket',
    ],
    [
      'the one that is not masked',
      ['unit libvirtd.service masked', 'unit virtqemud.socket disabled'],
      'virtqemud.socket',
    ],
    ['the usual one of two', ['unit virtqemud.socket disabled', 'unit libvirtd.service disabled'], 'libvirtd.service'],
  ])('gets its daemon started: %s', (_what, units, started) => {
    const survey = look(...stopped, 'systemd yes', ...units);
    expect(commands(survey)).toEqual([`systemctl enable --now ${started}`]);
    expect(stateOf(survey, 'libvirt daemon')).toBe('missing: stopped');
    expect(stateOf(survey, 'default network')).toBe('unknown: -');
  });

  it('is not said to run by a socket behind which nothing answers root', () => {
    const dead = READY.filter((line) => !/^(daemon|answers|listed)/.test(line));
    expect(stateOf(look(...dead), 'libvirt daemon')).toBe('missing: stopped');
  });

  it('is not started where it runs and does not answer', () => {
    const mute = READY.filter((line) => !/^(daemon-version|answers|listed)/.test(line));
    const survey = look(...mute, 'systemd yes', 'unit libvirtd.service enabled');
    expect(commands(survey)).toEqual([]);
    expect(stateOf(survey, 'libvirt daemon')).toBe('unknown: libvirtd does not answer');
  });

  it('lets a user manage it who may not', () => {
    const user = ['uid 1000', 'user anna', 'group anna', 'group users'];
    const theirs = READY.filter((line) => !/^(uid|user|group|answers|listed|iptables) /.test(line));
    const survey = look(...theirs, ...user);
    expect(stateOf(survey, 'rights of the login')).toBe('missing: anna: anna, users');
    expect(commands(survey)).toEqual(['sudo -n usermod -aG libvirt anna']);
    const after = look(...theirs, ...user, 'account-group anna', 'account-group libvirt');
    expect(commands(after)).toEqual([]);
    expect(after.parts.find(({ part }) => part === 'rights of the login')).toMatchObject({
      state: 'missing',
      fix: expect.stringContaining('from the next login on'),
    });
  });
});

describe('the firewall of a host', () => {
  const firewall = (...lines: readonly string[]) =>
    stateOf(look(...READY.filter((line) => !/iptables/.test(line)), NETWORK, POOL, ...lines), 'firewall');
  const chain = (...rules: readonly string[]) => [
    ...['tool nft', 'listed nft'],
    ...['table inet filter {', 'chain input {', ...rules, '}', '}'].map((line) => `nft ${line}`),
  ];
  const DROP = 'type filter hook input priority filter; policy drop;';
  const ACCEPT = 'type filter hook input priority filter; policy accept;';

  it.each([
    ['is none', [], 'fine: none installed'],
    [
      'is firewalld',
      ['firewalld running', 'firewalld-services ssh libvirt'],
      'missing: firewalld, lets 16509 in, not 49152-49215',
    ],
    [
      'is firewalld that lets moves in',
      ['active firewalld active', 'firewalld-services ssh', 'firewalld-ports 49152-49215/tcp 5900-5999/tcp'],
      'fine: firewalld, lets 5900 in',
    ],
    ['is firewalld that does not say', ['active firewalld active'], 'unknown: firewalld'],
    [
      'is ufw',
      ['ufw-enabled yes', 'ufw Status: active', 'ufw 22/tcp  ALLOW  Anywhere'],
      'missing: ufw, not 49152-49215',
    ],
    ['is ufw that needs root', ['ufw-enabled yes'], 'unknown: ufw'],
    ['refuses all but SSH', chain(DROP, 'tcp dport 22 accept'), 'missing: nftables, not 49152-49215'],
    ['names ports', chain(DROP, 'tcp dport { 22, 49152-49215 } accept'), 'fine: nftables'],
    ['is open', chain(ACCEPT, 'tcp dport 22 accept'), 'fine: nftables, lets all in'],
    ['refuses something', chain(ACCEPT, 'tcp dport 49160 drop'), 'unknown: nftables'],
    [
      'refuses elsewhere',
      [...chain(ACCEPT), 'nft table ip nat {', 'nft chain fwd {', 'nft reject', 'nft }'],
      'fine: nftables, lets all in',
    ],
    ['could not be read', ['tool nft'], 'unknown: nftables'],
    [
      'has rules of the older kind too',
      [...chain(ACCEPT), 'legacy-rules yes', 'iptables-legacy -P INPUT DROP'],
      'unknown: nftables and iptables',
    ],
    [
      'has rules of the older kind that let all in',
      [...chain(ACCEPT), 'legacy-rules yes', 'iptables-legacy -P INPUT ACCEPT'],
      'fine: nftables, lets all in',
    ],
    ['drops', ['tool iptables', 'iptables -P INPUT DROP'], 'unknown: iptables'],
  ])('%s', (_what, lines, expected) => {
    expect(firewall(...lines)).toBe(expected);
  });
});

it('takes half a look for none', () => {
  expect(() => readFacts('os\tID=debian\n', 'db1')).toThrow('db1 did not say what it has');
});
