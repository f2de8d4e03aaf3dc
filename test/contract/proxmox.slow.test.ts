import { contractSuite, loadTestkit } from './suite.ts';

contractSuite('proxmox', await loadTestkit('proxmox'));
