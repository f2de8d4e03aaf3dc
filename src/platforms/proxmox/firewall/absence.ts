import { FleetError } from '../../../errors.ts';

/** `no such security group 'web'`, as PVE::Firewall says it with a status of 500. */
export const normalizedAbsence = (error: unknown): boolean =>
  error instanceof FleetError && /no such security group/i.test(error.message);
