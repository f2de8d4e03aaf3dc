import { contractSuite, loadTestkit } from './suite.ts';

contractSuite('openstack', await loadTestkit('openstack'));
