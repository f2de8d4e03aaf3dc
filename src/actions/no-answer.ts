import type { EndpointName } from '../ids.ts';
import type { Connection } from '../platforms/contract.ts';
import type { Services } from './services.ts';

/** Why it is not known what became of a request that was sent over this connection. */
export const whyNoAnswer = ({ sessions }: Services, endpoint: EndpointName, connection: Connection): string =>
  sessions.connection(endpoint) === connection ? 'no clear answer came' : 'the link was lost';
