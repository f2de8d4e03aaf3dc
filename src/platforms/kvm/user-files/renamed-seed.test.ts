import { describe, expect, it } from 'vitest';
import { userDataOfClone } from './renamed-seed.ts';

const clone = (text: string) => userDataOfClone(text, 'web1', 'web2');
const encoded = (text: string) => Buffer.from(text).toString('base64');

/** What reading and writing again would make different. */
const ODD = [
  'write_files:',
  '  - {path: /a,   permissions: 0644}  # by hand',
  'serial: 12345678901234567890',
  'half: 1.50',
  "\"quoted\":   'it''s'",
  '',
  '',
  'long: >-',
  '    folded  ',
  '    lines',
].join('\n');

describe('user data of a clone', () => {
  it.each([
    `#cloud-config\n${ODD}`,
    `#cloud-config\nhostname: other\nfqdn: other.lan\n${ODD}\n`,
    '#cloud-config\nhostname: &name [web1]\nfqdn: web1\n',
    '#cloud-config\na: 1\na: 2\nhostname: web1\n',
    '#cloud-config\n- hostname: web1\n',
    '#!/bin/sh\nhostname web1',
  ])('are as they were, byte for byte, where they have no name of it: %j', async (text) => {
    expect(await clone(text)).toBe(text);
  });

  it('have another name alone, wherever that stands', async () => {
    const text = `#cloud-config\n# web1\nhostname: web1 # ours\n${ODD}\nfqdn:   'web1.lan'\n`;
    expect(await clone(text)).toBe(`#cloud-config\n# web1\nhostname: "web2" # ours\n${ODD}\nfqdn:   "web2.lan"\n`);
    expect(await clone('#cloud-config\n{fqdn: web1.a, hostname: web1, x: 0644}')).toBe(
      '#cloud-config\n{fqdn: "web2.a", hostname: "web2", x: 0644}',
    );
    expect(await clone('#cloud-config\nhostname: |-\n  web1\nx: 0644\n')).toBe(
      '#cloud-config\nhostname: "web2"\nx: 0644\n',
    );
  });

  it('have its name in what the guest is told that it is, and all else of that as it was', async () => {
    const file = (facts: string) =>
      `#cloud-config\nwrite_files:\n- path: /root/.metadata\n  encoding: b64\n  content: ${facts}\n  permissions: 0600\n`;
    const facts = 'plan:  0123\nname: web1\n';
    expect(await clone(file(encoded(facts)))).toBe(file(JSON.stringify(encoded('plan:  0123\nname: "web2"\n'))));
    const others = file(encoded('name: web3\n'));
    expect(await clone(others)).toBe(others);
  });
});
