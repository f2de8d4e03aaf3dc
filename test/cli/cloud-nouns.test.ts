import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Desk, openDesk, simulated } from './run-drover.ts';

let desk: Desk;
beforeAll(async () => {
  desk = await openDesk(simulated({ demo: { vms: 20, latency: 0 } }));
});
afterAll(() => desk.clear());

const said = async (...words: readonly string[]) => {
  const { code, stdout, stderr } = await desk.run(...words);
  return [code, `${stdout}${stderr}`] as const;
};
const absent = (file: string) => expect(stat(file)).rejects.toMatchObject({ code: 'ENOENT' });

describe('key pairs', () => {
  it('are made here: the private key is in a file that only its owner reads, and is shown nowhere', async () => {
    const file = join(desk.home, 'keys', 'ops');
    const [code, text] = await said('keypair', 'create', 'ops', '--file', file, '-C', 'demo');
    expect([code, text]).toEqual([0, expect.stringContaining(`its private key is in ${file}`)]);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const key = await readFile(file, 'utf8');
    expect(key).toMatch(/^-----BEGIN OPENSSH PRIVATE KEY-----\n/);
    expect(text).not.toContain(key.split('\n')[1]);
  });

  it('leave no private key behind that no platform knows', async () => {
    const file = join(desk.home, 'refused');
    const [code, text] = await said('keypair', 'create', 'admins', '--file', file, '-C', 'demo');
    expect([code, text]).toEqual([1, expect.stringContaining('demo has a keypair admins already')]);
    await absent(file);
    await said('keypair', 'create', 'never', '--file', file, '-C', 'demo', '--dry-run');
    await absent(file);
  });

  it('are not imported from a private key', async () => {
    const file = join(desk.home, 'id');
    await writeFile(file, '-----BEGIN OPENSSH PRIVATE KEY-----\nsecret\n');
    const [code, text] = await said('keypair', 'import', 'mine', '--file', file, '-C', 'demo');
    expect([code, text]).toEqual([3, expect.stringContaining(`name the file of the public key: ${file}.pub`)]);
    expect(text).not.toContain('secret');
  });
});

describe('security groups', () => {
  it('F-304 F-305 F-404 get rules, which are listed by their group, and removed', async () => {
    await said('securitygroup', 'create', 'suite', '-C', 'demo');
    const [code, text] = await said('securityrule', 'create', 'suite', 'udp/53', '--peer', '10.0.0.0/8', '-C', 'demo');
    expect([code, text]).toEqual([0, 'suite of demo lets udp/53 through\n']);
    const [, list] = await said('securityrule', 'list', 'suite', '-C', 'demo');
    expect(list).toContain('in udp 53 from 10.0.0.0/8');
    expect(list).not.toContain('tcp');
    const [gone] = await said('securityrule', 'delete', 'suite', 'in udp 53 from 10.0.0.0/8', '-C', 'demo');
    expect(gone).toBe(0);
    expect((await said('securityrule', 'create', 'suite', 'ssh', '-C', 'demo'))[1]).toContain('ports as 22');
  });

  it('F-405 F-429 F-478 go with their rules, and not while VMs are in them, which are named', async () => {
    const [code, text] = await said('securitygroup', 'delete', 'demo/lan/default', '--yes');
    expect([code, text]).toEqual([3, expect.stringMatching(/default is used by \S+/)]);
    await said('securitygroup', 'create', 'brief', '--network', 'lan', '-C', 'demo');
    await said('securityrule', 'create', 'brief', '8000-8100', '--peer', '10.7.0.0/16', '-C', 'demo');
    expect((await desk.run('securitygroup', 'info', 'brief', '-o', 'json')).json()).toMatchObject({ network: 'lan' });
    expect((await desk.run('securityrule', 'list', 'brief', '-o', 'json')).json()).toMatchObject([
      { group: 'brief', direction: 'in', protocol: 'tcp', ports: '8000-8100', peer: '10.7.0.0/16' },
    ]);
    expect((await said('securitygroup', 'delete', 'brief', '--yes'))[0]).toBe(0);
    expect((await said('securitygroup', 'list'))[1]).not.toContain('brief');
  });

  it('must be named where their rules are listed', async () => {
    expect(await said('securityrule', 'list')).toEqual([2, expect.stringContaining('which security group?')]);
  });
});

describe('subnets', () => {
  it('F-385 F-407 F-427 are made in a network, and shown with all that is known of them', async () => {
    const flags = ['--network', 'lan', '--cidr', '10.0.128.0/24', '--gateway', '10.0.128.1', '-C', 'demo'];
    const made = await said('subnet', 'create', 'lan-b', ...flags);
    expect(made).toEqual([0, 'demo has the subnet lan-b\n']);
    expect((await desk.run('subnet', 'info', 'lan-b', '-o', 'json')).json()).toMatchObject({
      network: 'lan',
      cidr: '10.0.128.0/24',
      gateway: '10.0.128.1',
      dhcp: true,
    });
    const again = await said('subnet', 'create', 'lan-b', '--network', 'lan', '--cidr', '10.0.129.0/24', '-C', 'demo');
    expect(again).toEqual([1, expect.stringContaining('lan-b')]);
    await said('subnet', 'delete', 'lan-b', '--yes');
  });

  it('F-281 F-408 are changed, and deleted when nothing has an address in them', async () => {
    await said('subnet', 'create', 'lan-c', '--network', 'lan', '--cidr', '10.0.130.0/24', '-C', 'demo');
    expect((await said('subnet', 'update', 'lan-c', '--name-servers', '10.0.0.9', '-C', 'demo'))[0]).toBe(0);
    expect((await desk.run('subnet', 'info', 'lan-c', '-o', 'json')).json()).toMatchObject({
      nameServers: ['10.0.0.9'],
    });
    expect(await said('subnet', 'delete', 'lan-a', '--yes')).toEqual([3, expect.stringContaining('lan-a is used by')]);
    expect((await said('subnet', 'delete', 'lan-c', '--yes'))[0]).toBe(0);
    expect((await said('subnet', 'info', 'lan-c'))[0]).toBe(1);
  });
});

describe('volumes', () => {
  it('are offered with a key in a file that only its owner reads, and taken over with it once', async () => {
    const file = join(desk.home, 'offer');
    const offered = await said('volume', 'offer', 'retired-web.qcow2', '--file', file, '--yes');
    expect(offered).toEqual([0, expect.stringContaining(`is offered; what takes it over is in ${file}`)]);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const [id = '', key = ''] = (await readFile(file, 'utf8')).trim().split(' ');
    expect(offered[1]).not.toContain(key);
    expect(await said('volume', 'offer', 'retired-web.qcow2', '--file', file, '--yes')).toEqual([
      1,
      expect.stringContaining(`${file} is there already`),
    ]);
    await writeFile(join(desk.home, 'forged'), `${id} none-of-it\n`);
    const forged = await said('volume', 'accept', join(desk.home, 'forged'), '-C', 'demo');
    expect(forged).toEqual([3, expect.stringContaining('the key is not that of the offer')]);
    expect((await said('volume', 'accept', file, '-C', 'demo'))[0]).toBe(0);
    expect((await said('volume', 'accept', file, '-C', 'demo'))[1]).toContain(`no volume is offered as ${id}`);
    expect((await said('volume', 'withdraw', 'retired-web.qcow2'))[1]).toContain('is not offered');
  });
});

describe('routers', () => {
  it('lead to networks and outside, and go only when no network hangs on them', async () => {
    expect(await said('router', 'create', 'edge', '--outside', 'public', '-C', 'demo')).toEqual([
      1,
      expect.stringContaining('public'),
    ]);
    expect(await said('router', 'create', 'edge', '--outside', 'lan', '-C', 'demo')).toEqual([
      0,
      'demo has the router edge\n',
    ]);
    expect(await said('router', 'connect', 'edge', '--network', 'dmz')).toEqual([0, 'edge of demo leads to dmz\n']);
    expect((await desk.run('router', 'info', 'edge', '-o', 'json')).json()).toMatchObject({
      outside: 'lan',
      networks: ['dmz'],
    });
    expect(await said('router', 'delete', 'edge', '--yes')).toEqual([3, expect.stringContaining('edge leads to dmz')]);
    expect((await said('router', 'disconnect', 'edge', '--network', 'dmz', '--yes'))[0]).toBe(0);
    expect(await said('router', 'update', 'edge')).toEqual([0, 'edge: nothing was changed\n']);
    expect((await said('router', 'update', 'edge', '--outside', '', '--yes'))[0]).toBe(0);
    expect((await desk.run('router', 'info', 'edge', '-o', 'json')).json()).toMatchObject({ outside: null });
    expect((await said('router', 'delete', 'edge', '--yes'))[0]).toBe(0);
  });
});

describe('DNS zones', () => {
  it('F-430 F-479 have entries with type, time to live and data, and go with them only when that is said', async () => {
    await said('zone', 'create', 'shop.example', '-C', 'demo');
    const entry = ['web', '--zone', 'shop.example', '--data', '10.0.0.4', '--ttl', '300', '-C', 'demo'] as const;
    expect((await said('dns', 'create', ...entry))[0]).toBe(0);
    const alias = ['www', '--zone', 'shop.example', '--type', 'CNAME', '--data', 'web.shop.example'] as const;
    expect((await said('dns', 'create', ...alias, '-C', 'demo'))[0]).toBe(0);
    const rows = (await desk.run('dns', 'list', '--filter', 'zone:shop.example', '-o', 'json')).json();
    expect(rows).toMatchObject([
      { name: 'web', type: 'A', ttl: 300, data: '10.0.0.4' },
      { name: 'www', type: 'CNAME', data: 'web.shop.example' },
    ]);
    expect(await said('zone', 'delete', 'shop.example', '--yes')).toEqual([3, expect.stringContaining('2 entries')]);
    expect((await said('zone', 'delete', 'shop.example', '--records', '--yes'))[0]).toBe(0);
  });
});

describe('load balancers', () => {
  it('F-310 lead one address to several VMs, and leave them when they go', async () => {
    const vms = (await desk.run('vm', 'list', '-o', 'json', '-C', 'demo')).json<{ name: string }[]>().slice(0, 2);
    const members = vms.map(({ name }) => name);
    const flags = ['--ports', '80,443', '--vms', members.join(), '--check-path', '/health', '--internal', '-C', 'demo'];
    expect((await said('balancer', 'create', 'front', ...flags))[0]).toBe(0);
    expect((await desk.run('balancer', 'info', 'front', '-o', 'json')).json()).toMatchObject({
      ports: ['80', '443'],
      members,
      internal: true,
    });
    expect((await said('balancer', 'delete', 'front', '--yes'))[0]).toBe(0);
    expect((await said('vm', 'info', ...members))[0]).toBe(0);
  });
});

describe('buckets', () => {
  it('F-301 F-302 F-303 take files, give them back and a link to them, and go with them only when that is said', async () => {
    const file = join(desk.home, 'report.txt');
    await writeFile(file, 'as it was');
    await said('bucket', 'create', 'suite-reports', '-C', 'demo');
    expect((await said('file', 'upload', 'suite-reports', file, '-C', 'demo'))[0]).toBe(0);
    const [, link] = await said('file', 'link', 'suite-reports', 'report.txt', '-C', 'demo');
    expect(link).toMatch(/report\.txt of suite-reports has a link: https:\/\/\S+/);
    const json = await desk.run('file', 'link', 'suite-reports', 'report.txt', '-C', 'demo', '-o', 'json');
    expect(json.json<{ answer: string }>().answer).toMatch(/^https:/);
    const back = join(desk.home, 'back.txt');
    await said('file', 'download', 'suite-reports', 'report.txt', '--file', back, '-C', 'demo');
    expect(await readFile(back, 'utf8')).toBe('as it was');
    const [code, text] = await said('bucket', 'delete', 'demo/suite-reports', '--yes');
    expect([code, text]).toEqual([3, expect.stringContaining('suite-reports has 1 file, which are not to go')]);
    expect((await said('bucket', 'delete', 'demo/suite-reports', '--files', '--yes'))[0]).toBe(0);
  });

  it('F-393 F-395 F-399 are made once; their files are listed by their path, and deleted one by one', async () => {
    const file = join(desk.home, 'list.txt');
    await writeFile(file, 'twelve bytes');
    expect(await said('bucket', 'create', 'suite-lists', '--public', '-C', 'demo')).toEqual([
      0,
      'demo has the bucket suite-lists\n',
    ]);
    expect(await said('bucket', 'create', 'suite-lists', '-C', 'demo')).toEqual([
      1,
      expect.stringContaining('already'),
    ]);
    await said('file', 'upload', 'suite-lists', file, '--name', 'a/list.txt', '-C', 'demo');
    const listed = async () => (await desk.run('file', 'list', 'suite-lists', '-o', 'json')).json();
    expect(await listed()).toMatchObject([{ name: 'a/list.txt', size: 12, bucket: 'suite-lists' }]);
    expect((await said('file', 'delete', 'suite-lists', 'a/list.txt', '--yes'))[0]).toBe(0);
    expect(await listed()).toEqual([]);
    expect((await said('bucket', 'delete', 'suite-lists', '--yes'))[0]).toBe(0);
  });

  it('F-300 F-394 F-477 say how much is in them, and are gone after they were deleted with it', async () => {
    const file = join(desk.home, 'much.txt');
    await writeFile(file, 'twelve bytes');
    await said('bucket', 'create', 'suite-much', '--public', '-C', 'demo');
    await said('file', 'upload', 'suite-much', file, '-C', 'demo');
    expect((await desk.run('bucket', 'info', 'suite-much', '-o', 'json')).json()).toMatchObject({
      public: true,
      files: 1,
      size: 12,
    });
    const [code, text] = await said('bucket', 'delete', 'suite-much', '--files', '--yes');
    expect([code, text]).toEqual([0, expect.stringContaining('1 file')]);
    expect((await said('bucket', 'info', 'suite-much'))[0]).toBe(1);
  });
});

describe('addresses', () => {
  it('are allocated, and say which one it is; they lead to one VM at a time', async () => {
    const [code, text] = await said('address', 'create', '-C', 'demo');
    expect([code, text]).toEqual([0, expect.stringMatching(/^demo has a new address: 203\.0\.113\.\d+\n$/)]);
    const ip = /203\.\S+/.exec(text)?.[0] ?? '';
    const vms = (await desk.run('vm', 'list', '-o', 'json', '-C', 'demo')).json<{ id: string; name: string }[]>();
    expect((await said('address', 'associate', vms[0]?.id ?? '', ip))[0]).toBe(0);
    const [taken, why] = await said('address', 'associate', vms[1]?.id ?? '', ip);
    expect([taken, why]).toEqual([1, expect.stringContaining(`${ip} leads to ${vms[0]?.name}`)]);
  });
});
