import { vcsimPath } from '../../../src/platforms/vsphere/testkit/vcsim.ts';

/** Where the lab lives: `DROVER_LAB_DIR` and `DROVER_LAB_CACHE`, as for every lab. */
export interface Site {
  readonly dir: string;
  /** The simulator, as it was built last. */
  readonly binary: string;
  readonly files: {
    readonly config: string;
    readonly password: string;
    /** Of the authority that the server's certificate is from; the simulator writes it. */
    readonly ca: string;
    /** What the simulator said when it was up: its address. */
    readonly answer: string;
    readonly log: string;
    readonly pid: string;
  };
}

export function siteFrom(env: Readonly<Record<string, string | undefined>>): Site {
  const dir = `${env['DROVER_LAB_DIR'] ?? '/tmp/drover-lab'}/vsphere`;
  return {
    dir,
    binary: vcsimPath(env),
    files: {
      config: `${dir}/config.yaml`,
      password: `${dir}/password`,
      ca: `${dir}/ca.pem`,
      answer: `${dir}/answer.json`,
      log: `${dir}/vcsim.log`,
      pid: `${dir}/pid`,
    },
  };
}
