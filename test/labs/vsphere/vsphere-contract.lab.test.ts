import { testkit } from '../../../src/platforms/vsphere/testkit.ts';
import { contractSuite } from '../../contract/suite.ts';

contractSuite('vsphere', testkit);
