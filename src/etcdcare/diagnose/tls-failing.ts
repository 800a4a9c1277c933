import { crashLine } from './crash-line.ts';

/** Certificates that the members refuse of each other. */
export const tlsFailing = crashLine({
  case: 'TLSFailing',
  pattern:
    /x509: [^"]*|tls: (?:bad certificate|failed to verify|expired certificate|unknown certificate)|certificate has expired/,
  certainty: 'Likely',
  events: true,
  remedy: () =>
    'Look at the dates, names and CA of the certificates in the Secrets that the StatefulSet mounts. Renew them there, then restart the members one by one, each when the one before is healthy. Touch no data.',
});
