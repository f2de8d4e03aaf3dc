import { homedir } from 'node:os';

/** Where the lab lives: `DROVER_LAB_DIR` and `DROVER_LAB_CACHE`, as for every lab. */
export interface Site {
  readonly dir: string;
  /** Folder of the built server; its name there says what it was made from. */
  readonly cache: string;
  readonly files: {
    readonly config: string;
    readonly password: string;
    /** The guests that it begins with. */
    readonly cluster: string;
    /** What the server said when it was up. */
    readonly answer: string;
    readonly log: string;
    readonly pid: string;
  };
}

export function siteFrom(env: Readonly<Record<string, string | undefined>>): Site {
  const dir = `${env['DROVER_LAB_DIR'] ?? '/tmp/drover-lab'}/proxmox`;
  return {
    dir,
    cache: `${env['DROVER_LAB_CACHE'] ?? `${homedir()}/.cache/drover-lab`}/proxmox`,
    files: {
      config: `${dir}/config.yaml`,
      password: `${dir}/password`,
      cluster: `${dir}/cluster.yml`,
      answer: `${dir}/answer.json`,
      log: `${dir}/mock.log`,
      pid: `${dir}/pid`,
    },
  };
}
