import { contractSuite } from '../../contract/suite.ts';
import { labTestkit } from './kvm-testkit.ts';

contractSuite('kvm on a real host', labTestkit);
