/** govc, the other client of vSphere, on the same simulator: it is in the simulator's own binary (vcsim/govc.go). */
import { PASSWORD, USER, type Vcsim, vcsimPath } from '../../../src/platforms/vsphere/testkit/vcsim.ts';
import { run } from '../command.ts';

export interface Govc {
  /** What it prints. Rejects with what it says when it fails. */
  (...command: readonly string[]): Promise<string>;
  /** The same with `-json`, which each command takes behind its name. */
  json<T>(command: string, ...rest: readonly string[]): Promise<T>;
}

export function govcFor({ port, ca }: Vcsim): Govc {
  const settings = {
    GOVC_URL: `https://127.0.0.1:${port}/sdk`,
    GOVC_USERNAME: USER,
    GOVC_PASSWORD: PASSWORD,
    GOVC_TLS_CA_CERTS: ca,
    GOVC_PERSIST_SESSION: 'false',
    GOVC_DATACENTER: 'DC0',
  };
  const words = Object.entries(settings).map(([name, value]) => `${name}=${value}`);
  const ask = (...command: readonly string[]) => run(['env', ...words, vcsimPath(process.env), 'govc', ...command]);
  return Object.assign(ask, {
    json: async <T>(command: string, ...rest: readonly string[]): Promise<T> =>
      JSON.parse(await ask(command, '-json', ...rest)),
  });
}
