import type { HttpFacts, HttpRefusal, SeenRequest } from '../../testkit.ts';
import { refusalXml } from './xml.ts';

const INSTANCE = 'i-0123456789abcdef0';

/** What a proxy must know that stands before EC2 and breaks things (test/contract/http-faults.ts). */
export const http: HttpFacts = {
  origin: ({ values }) => String(values['endpoint-url']),
  proxied: (endpoint, origin) => ({ ...endpoint, values: { ...endpoint.values, 'endpoint-url': origin } }),
  is: (purpose, request) => IS[purpose](request),
  refusals: {
    loggedOut: refusal(401, 'AuthFailure', 'AWS was not able to validate the provided access credentials'),
    forbidden: {
      ...refusal(
        403,
        'UnauthorizedOperation',
        `You are not authorized to perform this operation. User: arn:aws:iam::123456789012:user/ada is not authorized to perform: ec2:StartInstances on resource: arn:aws:ec2:eu-test-1:123456789012:instance/${INSTANCE} because no identity-based policy allows the ec2:StartInstances action. Encoded authorization failure message: Zm9yYmlkZGVu`,
      ),
      names: /ec2:StartInstances/,
    },
    gone: refusal(400, 'InvalidInstanceID.NotFound', `The instance ID '${INSTANCE}' does not exist`),
    conflict: refusal(
      400,
      'IncorrectInstanceState',
      `The instance '${INSTANCE}' is not in a state from which it can be started.`,
    ),
  },
  malformed: '<DescribeInstancesResponse><reservationSet><item>',
  repeatPage: (body) =>
    body
      .replace(/<nextToken>.*?<\/nextToken>/, '')
      .replace('</DescribeInstancesResponse>', '<nextToken>again</nextToken></DescribeInstancesResponse>'),
};

const IS: Readonly<Record<Parameters<HttpFacts['is']>[0], (request: SeenRequest) => boolean>> = {
  login: ({ body }) => body.includes('Action=AssumeRole'),
  inventory: ({ body }) =>
    body.includes('Action=DescribeInstances&') && !body.includes('InstanceId.1=') && !body.includes('Filter.1.'),
  info: ({ body }) => body.includes('Action=DescribeInstances&') && body.includes('InstanceId.1='),
  start: ({ body }) => body.includes('Action=StartInstances'),
};

function refusal(status: number, code: string, message: string): HttpRefusal {
  return { status, headers: { 'content-type': 'text/xml;charset=UTF-8' }, body: refusalXml(code, message) };
}
