import { contractSuite } from '../../contract/suite.ts';
import { labTestkit } from './openstack-testkit.ts';

contractSuite('openstack, the real services', labTestkit);
