import { activeElected } from './active-elected.ts';
import type { Judge } from './assessment.ts';
import { etcdHealthy } from './etcd-healthy.ts';
import { etcdReachable } from './etcd-reachable.ts';
import { noConflict } from './no-conflict.ts';
import { paused } from './paused.ts';
import { ready } from './ready.ts';
import { reconciling } from './reconciling.ts';
import { redundant } from './redundant.ts';
import { remediationRequired } from './remediation-required.ts';
import { serviceInSync } from './service-in-sync.ts';
import { specValid } from './spec-valid.ts';
import { stalled } from './stalled.ts';
import { standbyReady } from './standby-ready.ts';
import { upToDate } from './up-to-date.ts';

/** Every condition of a pair, in the order in which it is shown. */
export const judges: readonly Judge[] = [
  ready,
  activeElected,
  standbyReady,
  redundant,
  etcdReachable,
  etcdHealthy,
  serviceInSync,
  noConflict,
  upToDate,
  specValid,
  remediationRequired,
  paused,
  reconciling,
  stalled,
];
