import { contractSuite } from '../../contract/suite.ts';
import { motoTestkit } from './moto-testkit.ts';

contractSuite('aws', motoTestkit);
