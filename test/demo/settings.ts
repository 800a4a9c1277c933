import { join } from 'node:path';

/** Not `test`, the cluster of the end-to-end tests: both may run on one machine. */
export const clusterName = 'demo';

/** Where the operator lives, apart from its pairs. */
export const operatorNamespace = 'coordinator-pair-system';

/** Name of the Helm release. */
export const release = 'coordinator-pair-operator';

/** Where the Milvus lives. */
export const milvusNamespace = 'milvus';

/** The checkout. */
export const root = join(import.meta.dirname, '..', '..');

/** Where the measurements are left. */
export const reportFile = join(root, 'build', 'demo-report.json');

/** Where the picture of what clients saw is left. */
export const pictureFile = join(root, 'build', 'demo-report.svg');

/** Where the logs of a demo that failed are left. */
export const logsFolder = join(root, 'build', 'demo-logs');
