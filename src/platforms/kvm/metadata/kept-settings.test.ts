import { describe, expect, it } from 'vitest';
import type { Settings } from '../../contract.ts';
import { procedures } from '../rpc/protocol.ts';
import { createSettings } from '../settings/settings.ts';
import { createScriptedClient, libvirtNo } from '../testkit/scripted-client.ts';
import { idOf } from '../testkit/watched-host.ts';

const NO_METADATA = 80;
/** VIR_DOMAIN_AFFECT_LIVE and _CONFIG. */
const [LIVE, CONFIG] = [1, 2];
const KEPT = `<info>
  <creationdate>29-11-2026 09:30</creationdate>
  <plan>shop</plan>
  <x:plan xmlns:x="urn:x" a="1"><x:b/></x:plan>
  <user xmlns="urn:y">other</user>
  <owner team="db">ann</owner>
  <!-- by hand -->
  <user>root</user>
  <kube/>
</info>`;

/** A guest with this element in what runs and in what is saved; what it gets is kept, as a daemon does. */
function guest(elements: Readonly<Record<number, string | undefined>>, { id = -1, persistent = true } = {}) {
  const { client, answer } = createScriptedClient();
  const kept = new Map(Object.entries(elements));
  const sent: unknown[] = [];
  answer(procedures.domainByUuid, () => ({ name: 'web1', uuid: Buffer.alloc(16, 1), id }));
  answer(procedures.domainXml, () => "<domain><memory unit='MiB'>256</memory><vcpu>1</vcpu></domain>");
  answer(procedures.domainAutostart, () => false);
  answer(procedures.domainIsPersistent, () => persistent);
  answer(procedures.setAutostart, () => void sent.push('autostart'));
  answer(procedures.domainMetadata, ({ type, uri, flags }) => {
    expect([type, uri]).toEqual([2, 'kvirt']);
    const xml = kept.get(String(flags));
    if (xml === undefined) throw libvirtNo(NO_METADATA);
    return xml;
  });
  answer(procedures.setMetadata, ({ type, metadata, key, uri, flags }) => {
    sent.push([type, key, uri, flags]);
    if (metadata === undefined) kept.delete(String(flags));
    else kept.set(String(flags), metadata);
  });
  const daemon = { poll: client, control: async () => client, open: async () => client, close: () => undefined };
  const { settings, configure } = createSettings({ daemon, touched: () => undefined });
  const { signal } = new AbortController();
  return {
    answer,
    sent,
    now: (flags: number) => kept.get(String(flags)),
    read: (target: 'config' | 'running' = 'config') => settings(idOf(1), target, signal),
    change: (changes: Settings, basedOn: Settings = {}, target: 'config' | 'running' = 'config') =>
      configure(idOf(1), target, changes, basedOn, signal),
  };
}

describe("what kcli's element keeps", () => {
  it('is read as settings, and is empty where there is none', async () => {
    expect(await guest({ [CONFIG]: KEPT }).read()).toMatchObject({
      ...{ plan: 'shop', profile: '', image: '', owner: 'ann' },
      metadata: { user: 'root' },
    });
    const none = { plan: '', profile: '', image: '', owner: '', metadata: {} };
    for (const xml of [undefined, '<other/>', '<info'])
      expect(await guest({ [CONFIG]: xml }).read()).toMatchObject(none);
  });

  it('F-291 is changed in one call, and all else in it stays letter for letter', async () => {
    const { change, sent, now, read } = guest({ [CONFIG]: KEPT });
    const changes = { plan: 'a & <b>', image: 'debian', owner: '', metadata: { user: 'root', information: 'ours' } };
    await change(changes, { plan: 'shop', image: '', owner: 'ann', metadata: { user: 'root' } });
    expect(sent).toEqual([[2, 'kvirt', 'kvirt', CONFIG]]);
    expect(now(CONFIG)).toBe(
      KEPT.replace('<info>', '<info><image>debian</image><information>ours</information>')
        .replace('shop', 'a &amp; &lt;b&gt;')
        .replace('<owner team="db">ann</owner>', ''),
    );
    expect(await read()).toMatchObject(changes);
  });

  it('changes in what runs, and then in what is saved, each as it is', async () => {
    const elements = { [LIVE]: KEPT, [CONFIG]: '<info><site>b</site></info>' };
    const both = guest(elements, { id: 7 });
    await both.change({ metadata: { user: 'bob' } }, {}, 'running');
    expect(both.sent).toEqual([
      [2, 'kvirt', 'kvirt', LIVE],
      [2, 'kvirt', 'kvirt', CONFIG],
    ]);
    expect(both.now(LIVE)).toBe(KEPT.replace('root', 'bob'));
    expect(both.now(CONFIG)).toBe('<info><user>bob</user><site>b</site></info>');
    const transient = guest({ [LIVE]: KEPT }, { id: 7, persistent: false });
    await transient.change({ metadata: {} }, {}, 'running');
    expect([transient.now(LIVE), transient.now(CONFIG)]).toEqual([KEPT.replace('<user>root</user>', ''), undefined]);
  });

  it('comes where there was none, and goes with the last of it', async () => {
    const { change, now, sent } = guest({});
    await change({ plan: 'shop' });
    expect(now(CONFIG)).toBe('<info><plan>shop</plan></info>');
    await change({ plan: '' });
    expect(now(CONFIG)).toBeUndefined();
    expect(sent.at(-1)).toEqual([2, undefined, 'kvirt', CONFIG]);
  });

  it('is no declaration twice, which libvirt refuses', async () => {
    const { change, now } = guest({ [CONFIG]: '<info xmlns:kvirt="kvirt" a="1">\n  <plan>x</plan>\n</info>' });
    await change({ plan: 'y' });
    expect(now(CONFIG)).toBe('<info a="1">\n  <plan>y</plan>\n</info>');
  });

  it('is that of the first of several, and all of them go', async () => {
    const { change, now, read } = guest({ [CONFIG]: '<info><a>1</a><a>2</a><b>3</b></info>' });
    expect((await read())['metadata']).toEqual({ a: '1', b: '3' });
    await change({ metadata: { b: '3' } });
    expect(now(CONFIG)).toBe('<info><b>3</b></info>');
  });

  it('F-291 is not changed where another program was quicker', async () => {
    const { change, sent } = guest({ [CONFIG]: KEPT });
    await expect(change({ plan: 'x' }, { plan: 'old' })).rejects.toMatchObject({ code: 'op.conflict' });
    await expect(change({ metadata: {} }, { metadata: { user: 'ubuntu', a: 'b' } })).rejects.toMatchObject({
      code: 'op.conflict',
      message: expect.stringContaining('metadata is user=root now, not user=ubuntu, a=b'),
    });
    expect(sent).toEqual([]);
  });

  it.each<readonly [string, Settings, Partial<{ message: string; fix: string }>]>([
    ['a key that is no name', { metadata: { 'a b': '1' } }, { message: '"a b" can\'t be a key of metadata' }],
    ['a key of XML', { metadata: { Xmlns: '1' } }, { message: '"Xmlns" can\'t be a key of metadata' }],
    ['a key with a setting', { metadata: { plan: '1' } }, { message: expect.stringContaining('a setting of its own') }],
    ['when it was made', { metadata: { creationdate: '1' } }, { message: expect.stringContaining('was made') }],
    ['blanks', { plan: ' ' }, { message: 'plan is nothing but blanks' }],
    ['no value', { metadata: { a: '' } }, { message: 'a has no value', fix: 'leave a out to take it away' }],
    ['a value that XML lacks', { metadata: { a: '\x01' } }, { message: expect.stringContaining("libvirt can't keep") }],
    ['a plan that XML lacks', { plan: 'a\rb' }, { message: expect.stringContaining("libvirt can't keep") }],
  ])('takes no %s, before anything is changed', async (_what, changes, error) => {
    const { change, sent } = guest({ [CONFIG]: KEPT });
    const refused = { code: 'op.refused', ...error };
    await expect(change({ autostart: true, ...changes })).rejects.toMatchObject(refused);
    expect(sent).toEqual([]);
  });

  it('leaves alone what it does not know, and names what was changed before', async () => {
    const foreign = guest({ [CONFIG]: '<other>1</other>' });
    await expect(foreign.change({ autostart: true, plan: 'x' })).rejects.toMatchObject({
      code: 'op.refused',
      message: expect.stringMatching(/as kcli writes them: <other> is not a info \(already changed: autostart\)$/),
      fix: 'look at them with virsh metadata --uri kvirt',
    });
    const deep = guest({ [CONFIG]: '<info><a><b>1</b></a></info>' });
    await expect(deep.change({ metadata: { a: '2' } })).rejects.toMatchObject({
      code: 'op.refused',
      message: expect.stringContaining('a holds more than a text'),
    });
    expect([...foreign.sent, ...deep.sent]).toEqual(['autostart']);
  });

  it('is not written over where it could not be read', async () => {
    const { change, sent, answer } = guest({ [CONFIG]: KEPT });
    answer(procedures.domainMetadata, () => {
      throw libvirtNo(88, 'access denied');
    });
    await expect(change({ plan: 'x' })).rejects.toMatchObject({ code: 'auth.forbidden' });
    expect(sent).toEqual([]);
  });
});
