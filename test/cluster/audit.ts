/**
 * Who writes what is recorded, without contents, so that a test can count the writes of one client. Reads are, too, of
 * service accounts outside kube-system, so that a test can list which permissions they use.
 */
export const auditPolicy = {
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  omitStages: ['RequestReceived'],
  rules: [
    { level: 'None', verbs: ['get', 'list', 'watch'], userGroups: ['system:serviceaccounts:kube-system'] },
    { level: 'Metadata', verbs: ['get', 'list', 'watch'], userGroups: ['system:serviceaccounts'] },
    { level: 'None', verbs: ['get', 'list', 'watch'] },
    { level: 'Metadata', verbs: ['create', 'update', 'patch', 'delete', 'deletecollection'] },
    { level: 'None' },
  ],
};
