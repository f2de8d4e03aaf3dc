import { expect, it } from 'vitest';
import type { NetworkSettings } from '../../contract.ts';
import { editNetworkXml } from './edit-network.ts';

type Changes = Partial<NetworkSettings>;

const of = (...parts: readonly string[]) => `<network>${parts.join('')}</network>`;
const IP = (inside = '') => `<ip address='10.0.0.1' prefix='24'>${inside}</ip>`;
const SIX = "<ip family='ipv6' address='fd00::1' prefix='64'><dhcp><range start='fd00::2' end='fd00::9'/></dhcp></ip>";
const RANGE = "<dhcp><range start='10.0.0.2' end='10.0.0.254'/></dhcp>";
const USUAL = '<dhcp><range start="10.0.0.2" end="10.0.0.254"/></dhcp>';
const OTHER = (inside = '') => `<ip address='10.9.0.1' prefix='24'>${inside}</ip>`;
const NO_SIX = "<ip family='ipv6' address='fd00::1' prefix='64'></ip>";
const SIX_USUAL =
  "<ip family='ipv6' address='fd00::1' prefix='64'><dhcp><range start=\"fd00::2\" end=\"fd00::ffff\"/></dhcp></ip>";
const NAT = "<forward mode='nat'/>";
const INFO = '<k:info xmlns:k="kvirt"><k:plan>p</k:plan><k:x/></k:info>';

it.each<readonly [string, Changes, string]>([
  [of(NAT, IP()), { mode: 'routed' }, of('<forward mode="route"/>', IP())],
  [of("<forward mode='nat' dev='eth0'/>", IP()), { mode: 'routed' }, of('<forward mode="route" dev="eth0"/>', IP())],
  [of("<forward mode='route'/>", SIX), { mode: 'nat' }, of('<forward mode="nat"><nat ipv6="yes"/></forward>', SIX)],
  [of(NAT, IP()), { mode: 'isolated' }, of(IP())],
  [of(IP()), { mode: 'open' }, of('<forward mode="open"/>', IP())],
  [of(NAT, IP(RANGE)), { dhcp: false }, of(NAT, IP())],
  [of(IP()), { dhcp: true }, of(IP('<dhcp><range start="10.0.0.2" end="10.0.0.254"/></dhcp>'))],
  [
    of(IP()),
    { dhcp: true, range: '10.0.0.5-10.0.0.6' },
    of(IP('<dhcp><range start="10.0.0.5" end="10.0.0.6"/></dhcp>')),
  ],
  [
    of(IP(RANGE), SIX),
    { range: '10.0.0.5-10.0.0.6' },
    of(IP('<dhcp><range start="10.0.0.5" end="10.0.0.6"/></dhcp>'), SIX),
  ],
  [
    of(IP("<dhcp><range start='10.0.0.3' end='10.0.0.4'><lease expiry='5'/></range><host ip='10.0.0.9'/></dhcp>")),
    { range: '10.0.0.5-10.0.0.6, 10.0.0.8-10.0.0.8' },
    of(
      IP(
        `<dhcp><range start="10.0.0.8" end="10.0.0.8"/><range start="10.0.0.5" end="10.0.0.6"><lease expiry='5'/></range><host ip='10.0.0.9'/></dhcp>`,
      ),
    ),
  ],
  [of(IP(RANGE), NO_SIX), { range: '' }, of(IP(RANGE), NO_SIX)],
  [of(IP(), SIX), { range: '' }, of(IP(), SIX_USUAL)],
  [of(IP(), SIX), { dhcp: true }, of(IP(), SIX)],
  [of(IP(), OTHER()), { dhcp: true }, of(IP(USUAL), OTHER())],
  [of(IP(), NO_SIX), { dhcp: true }, of(IP(USUAL), SIX_USUAL)],
  [
    of(IP(), OTHER()),
    { dhcp: true, range: '10.9.0.5-10.9.0.6' },
    of(IP(), OTHER('<dhcp><range start="10.9.0.5" end="10.9.0.6"/></dhcp>')),
  ],
  [
    of("<domain name='a' localOnly='yes'/>", IP()),
    { domain: 'b.test' },
    of(`<domain name="b.test" localOnly='yes'/>`, IP()),
  ],
  [of("<domain name='a'/>", IP()), { domain: '' }, of(IP())],
  [of(IP()), { domain: 'a.test' }, of('<domain name="a.test" localOnly="no"/>', IP())],
  [
    of("<dns><forwarder domain='x' addr='9.9.9.9'/><forwarder addr='9.9.9.8'/></dns>", IP()),
    { forwarders: ['9.9.9.7'] },
    of(`<dns><forwarder addr="9.9.9.7"/><forwarder domain='x' addr='9.9.9.9'/></dns>`, IP()),
  ],
  [of(IP()), { forwarders: ['fd00::5'] }, of('<dns><forwarder addr="fd00::5"/></dns>', IP())],
  [of("<mtu size='9000'/>", IP()), { mtu: 1400 }, of('<mtu size="1400"/>', IP())],
  [of("<mtu size='9000'/>", IP()), { mtu: null }, of(IP())],
  [of(`<metadata>${INFO}</metadata>`), { plan: 'a<b' }, of(`<metadata>${INFO.replace('>p<', '>a&lt;b<')}</metadata>`)],
  [
    of(`<metadata>${INFO}</metadata>`),
    { plan: '' },
    of(`<metadata>${INFO.replace('<k:plan>p</k:plan>', '')}</metadata>`),
  ],
  [
    of('<metadata><o:info xmlns:o="other"/></metadata>'),
    { plan: 'p' },
    of(
      '<metadata><kvirt:info xmlns:kvirt="kvirt"><kvirt:plan>p</kvirt:plan></kvirt:info><o:info xmlns:o="other"/></metadata>',
    ),
  ],
])('F-270 %s with %j', async (xml, changes, expected) => {
  expect(await editNetworkXml('lan', xml, changes)).toBe(expected);
});

it.each<readonly [string, Changes, string]>([
  [of("<forward mode='bridge'/><bridge name='br0'/>"), { dhcp: true, mtu: 1400 }, 'has none of its own: DHCP, MTU'],
  [of(NAT), { mode: 'routed' }, 'has none of its own: mode'],
  [of(NAT, IP()), { mode: 'bridge' }, "can't be of mode bridge"],
  [
    of("<forward mode='nat' dev='eth0'/>", IP()),
    { mode: 'open' },
    "goes out by eth0, which a network of mode open can't",
  ],
  [of(IP()), { range: '10.0.0.5-10.0.0.6' }, 'needs DHCP'],
  [of(IP(RANGE)), { range: '10.9.0.5-10.9.0.6' }, 'is not in 10.0.0.0/24'],
  [of(IP("<dhcp><host ip='10.0.0.9'/><host ip='10.0.0.8'/></dhcp>")), { dhcp: false }, 'keeps 2 addresses for NICs'],
  [of(IP("<dhcp><range start='10.0.0.3' end='10.0.0.4'/><bootp file='x'/></dhcp>")), { dhcp: false }, 'a boot file'],
  [of(SIX), { mtu: 1000 }, 'is not from 1280'],
  [of(IP()), { domain: 'a,b' }, 'is no domain'],
  [of(IP()), { forwarders: ['dns.test'] }, 'is no address'],
  [of(`<metadata>${INFO}</metadata>`), { plan: 'a\u0007' }, "characters that libvirt can't keep"],
])('%s is not changed to %j', async (xml, changes, message) => {
  await expect(editNetworkXml('lan', xml, changes)).rejects.toMatchObject({
    code: 'op.refused',
    message: expect.stringContaining(message),
  });
});
