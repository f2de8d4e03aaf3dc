/** Where the lab's own files are; the labs that it is made of have theirs beside it. */
export interface Site {
  readonly dir: string;
  readonly config: string;
}

export function siteFrom(env: NodeJS.ProcessEnv): Site {
  const dir = `${env['DROVER_LAB_DIR'] ?? '/tmp/drover-lab'}/together`;
  return { dir, config: `${dir}/config.yaml` };
}
