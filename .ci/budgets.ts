/** Seconds that a step of CI may take, on a machine with two processors: two to three times what it takes when that is idle. */
export const BUDGETS: Readonly<Record<string, number>> = {
  lint: 300,
  unit: 300,
  slow: 480,
  packages: 600,
  go: 300,
  package: 180,
  plugin: 960,
  contract: 420,
  features: 30,
  // of other programs than drover, which are installed first
  'comparison aws-clients': 420,
  'comparison proxmox-clients': 420,
  'lab aws': 900,
  // the longest begin first
  'lab libvirt 1/3': 2_000,
  'lab libvirt 2/3': 3_700,
  'lab libvirt 3/3': 2_500,
  'lab openstack': 3_300,
  'lab proxmox': 480,
  'lab together': 900,
  'lab vsphere': 720,
};

/** Labs whose files are shared out to several runs, each in a lab of its own, so that both processors have work to the end. */
export const SHARES: Readonly<Record<string, number>> = { libvirt: 3 };

/** Of a lab that has no line yet, and of each folder of test/differential/, whose tests must take seconds. */
export const LAB_S = 900;
export const COMPARISON_S = 180;

/** Of all of them. What has not begun by then has failed. */
export const TOTAL_S = 88 * 60;
