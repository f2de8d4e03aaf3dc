import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { networkOfClone } from '../kvm/user-files/renamed-seed.ts';
import { checkUserData, writeCloudConfig, writeFacts, writeMetaData } from './cloud-config.ts';
import { writeNetworkConfig } from './network-config.ts';

const LOGIN = {
  hostname: 'web1',
  fqdn: 'web1',
  user: 'debian',
  keys: [],
  password: '',
  commands: [],
  root: false,
  files: [],
};

/** As PyYAML has it, which cloud-init reads with. */
const read = (text: string) => parse(text, { version: '1.1' });
/** Each is a number, a date or a yes or no in YAML 1.1, or ends the document in PyYAML. */
const ODD = ['52:54:00:12:34:56', '33:33', 'no', 'on', 'yes', 'y', '2020-01-01', '1_000', '0b11', '017', '~', '='];

describe('what is written for cloud-init', () => {
  it.each([...ODD, 'a\tb'])('has %j as the text that it is', async (odd) => {
    const own = { ...LOGIN, hostname: odd, fqdn: odd, user: odd, password: odd, keys: [odd], commands: [odd] };
    const files = [{ path: '/a', content: Buffer.from(''), mode: 0o644, owner: '33', group: '33' }];
    const texts = [await writeCloudConfig({ ...own, files }), await writeMetaData(odd, odd)];
    const [config, meta] = texts.map(read);
    expect(config).toMatchObject({ hostname: odd, user: { name: odd }, password: odd, ssh_authorized_keys: [odd] });
    expect(config.runcmd).toEqual([['chown', '--', '33:33', '/a'], odd]);
    expect(meta).toEqual({ 'instance-id': odd, 'local-hostname': odd });
    expect(read(await writeFacts({ name: odd, [odd]: 'x' }))).toEqual({ name: odd, [odd]: 'x' });
    // The package reads these plain, PyYAML does not.
    expect(texts.join('')).not.toMatch(/: (=|a\tb)\n/);
  });

  it.each(['52:54:00:12:34:56', '00:11:22:33:44:55'])('has the MAC %s as the text that it is', async (mac) => {
    const nic = { how: 'dhcp', mac, name: 'no', addresses: [], gateways: [], dns: [], domains: [] } as const;
    const text = await writeNetworkConfig([nic]);
    expect(read(text).ethernets).toEqual({ no: { match: { macaddress: mac }, 'set-name': 'no', dhcp4: true } });
    const plain = 'version: 2\nethernets:\n  eth0:\n    match:\n      macaddress: 52:54:00:aa:bb:cc\n';
    const clone = await networkOfClone(plain, new Map([['52:54:00:aa:bb:cc', mac]]));
    expect(read(clone.text).ethernets.eth0.match).toEqual({ macaddress: mac });
  });
});

describe('user data for cloud-init', () => {
  it('have a name and a user alone where nothing else is given', async () => {
    expect(await writeCloudConfig(LOGIN)).toBe('#cloud-config\nhostname: web1\nuser:\n  name: debian\n');
  });

  it('have all that is given, whatever signs are in it', async () => {
    const keys = ['ssh-ed25519 AAAA me # & : here'];
    const commands = ['echo "a: b" > /x', '- not a list', `${'long '.repeat(50)}`.trim(), "it's"];
    const text = await writeCloudConfig({ ...LOGIN, user: 'root', keys, password: 'a: "b" #c', commands });
    expect(text.split('\n')[0]).toBe('#cloud-config');
    expect(parse(text)).toEqual({
      hostname: 'web1',
      user: { name: 'root' },
      disable_root: false,
      ssh_authorized_keys: keys,
      password: 'a: "b" #c',
      chpasswd: { expire: false },
      ssh_pwauth: true,
      runcmd: commands,
    });
  });

  it('come with what makes this guest another one', async () => {
    expect(await writeMetaData('1234', 'web1')).toBe('instance-id: "1234"\nlocal-hostname: web1\n');
  });

  it.each([
    '#cloud-config\na: 1\n',
    '#cloud-config',
    '#!/bin/sh\nfalse',
    '## template: jinja\n#cloud-config\n{{ x }}',
    'Content-Type: multipart/mixed\n',
    '{"ignition":{}}',
  ])('are taken as a whole: %j', (text) => expect(checkUserData(text)).resolves.toBeUndefined());

  it.each(['a: 1', ' #cloud-config', '#cloud-configs\na: 1\n#', '#cloud-config\n\ta: 1', '#cloud-config\na: 1\na: 2'])(
    'are refused: %j',
    (text) => expect(checkUserData(text)).rejects.toMatchObject({ code: 'op.refused' }),
  );

  it('are refused with the place of the fault, and without what stands there', async () => {
    const refusal = async (text: string) => (await checkUserData(text).catch((error: Error) => error))?.message;
    expect(await refusal('#cloud-config\na: x\na: y\n')).toBe('the user data are no YAML: line 3: duplicate key');
    expect(await refusal('#cloud-config\npassword: [] hunter2 }\n')).toBe(
      'the user data are no YAML: line 2: unexpected token',
    );
    for (const secret of [
      '%hunter2',
      '@hunter2',
      '"\\hunter2"',
      '|hunter2',
      '!hunter2 [',
      '"a" hunter2: 1',
      '} hunter2',
    ])
      expect(await refusal(`#cloud-config\npassword: ${secret}\n`)).not.toContain('hunter2');
  });
});
