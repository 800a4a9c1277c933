import { join } from 'node:path';

/** The cluster that run.ts starts; E2E_CLUSTER names another one. */
export const clusterName = process.env['E2E_CLUSTER'] ?? 'test';

/** The operator lives here, apart from its pairs. */
export const operatorNamespace = 'coordinator-pair-system';

/** Name of the Helm release, and so of the operator's Deployment, Lease and ServiceAccount. */
export const operatorName = 'coordinator-pair-operator';

/** Who the API server takes the operator for. */
export const operatorUser = `system:serviceaccount:${operatorNamespace}:${operatorName}`;

/** On the namespace of each scenario. */
export const scenarioLabel = 'e2e.ha.milvus.io/scenario';

/** The checkout. */
export const root = join(import.meta.dirname, '..', '..', '..');

/** Where each scenario leaves its measurements, a file each, for run.ts to merge. */
export const resultsFolder = join(root, 'build', 'e2e');

/** Where a failed scenario leaves what there was to see. */
export const logsFolder = join(root, 'build', 'e2e-logs');
