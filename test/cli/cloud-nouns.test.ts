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
  it('F-304 F-305 get rules, which are listed by their group, and removed', async () => {
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

  it('are not deleted while VMs are in them, which are named', async () => {
    const [code, text] = await said('securitygroup', 'delete', 'demo/lan/default', '--yes');
    expect([code, text]).toEqual([3, expect.stringMatching(/default is used by \S+/)]);
  });

  it('must be named where their rules are listed', async () => {
    expect(await said('securityrule', 'list')).toEqual([2, expect.stringContaining('which security group?')]);
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
