import { readFile } from 'node:fs/promises';
import { request as askHttps } from 'node:https';
import { type MoRef, request, type Xml, xml } from '../../../src/platforms/vsphere/soap/envelope.ts';
import { PASSWORD, USER } from '../../../src/platforms/vsphere/testkit/vcsim.ts';
import { addressOf } from './server.ts';
import { siteFrom } from './site.ts';

const SESSIONS: MoRef = { type: 'SessionManager', value: 'SessionManager' };
const COLLECTOR: MoRef = { type: 'PropertyCollector', value: 'propertyCollector' };

interface RawAnswer {
  readonly cookie: string;
  readonly body: Buffer;
}

/** What the lab's vCenter answers to a call of its property collector, byte for byte. */
export async function recordAnswer(method: string, args: Xml): Promise<Buffer> {
  const site = siteFrom(process.env);
  const ca = await readFile(site.files.ca);
  const ask = (body: string, cookie: string): Promise<RawAnswer> =>
    new Promise((resolve, reject) => {
      const asked = askHttps(addressOf(site), { method: 'POST', ca, headers: { cookie } }, (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('end', () =>
          resolve({ cookie: answer.headers['set-cookie']?.[0]?.split(';')[0] ?? '', body: Buffer.concat(chunks) }),
        );
      });
      asked.once('error', reject).end(body);
    });
  const login = xml`<userName>${USER}</userName><password>${PASSWORD}</password>`;
  const { cookie } = await ask(request('Login', SESSIONS, login), '');
  const { body } = await ask(request(method, COLLECTOR, args), cookie);
  await ask(request('Logout', SESSIONS, xml``), cookie);
  return body;
}
