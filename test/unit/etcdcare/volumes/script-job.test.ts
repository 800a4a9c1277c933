import { describe, expect, it } from '@jest/globals';
import type { EtcdTemplate } from '../../../../src/etcdcare/volumes/job-types.ts';
import { jobName, scriptJob, type ScriptJobOptions } from '../../../../src/etcdcare/volumes/script-job.ts';
import { fetchBefore, servingJob } from '../../../../src/etcdcare/volumes/transfer-pods.ts';

const uid = '0b6d9f0e-51f4-4f0e-9d5b-0f1f7a6a7c11';
const owner = { namespace: 'milvus', name: 'rebuild', uid };
const toleration = { key: 'dedicated', operator: 'Exists' };
const set: EtcdTemplate = {
  spec: {
    template: {
      spec: {
        securityContext: { fsGroup: 1001, fsGroupChangePolicy: 'OnRootMismatch', runAsUser: 7 },
        tolerations: [toleration],
        nodeSelector: { disk: 'fast' },
        imagePullSecrets: [{ name: 'pull' }],
        containers: [
          { name: 'other', image: 'other:1' },
          {
            name: 'etcd',
            image: 'milvusdb/etcd:3.5.25-r1',
            imagePullPolicy: 'Always',
            resources: { limits: { memory: '1Gi' } },
            securityContext: { runAsUser: 1001 },
          },
        ],
      },
    },
  },
};
const options: ScriptJobOptions = {
  owner,
  set,
  containerName: 'etcd',
  step: 'prepare',
  ordinal: 2,
  script: 'prepare',
  claims: [{ claimName: 'data-etcd-2', mountPath: '/bitnami/etcd' }],
  env: { DATA_DIR: '/bitnami/etcd/data' },
};

/** Of every container of every Job. */
const locked = { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } };

describe('the Job of a script', () => {
  it('resembles the pods of the StatefulSet, is locked down, and goes with its recovery', () => {
    const job = scriptJob({ ...options, nodeName: 'node-3', deadlineSeconds: 600 });
    const labels = {
      'ha.milvus.io/etcd-job': `etcd-${uid}-prepare-2`,
      'ha.milvus.io/recovery': uid,
      'sidecar.istio.io/inject': 'false',
    };
    expect(job.metadata).toEqual({
      name: `etcd-${uid}-prepare-2`,
      namespace: 'milvus',
      labels,
      ownerReferences: [
        { apiVersion: 'ha.milvus.io/v1alpha1', kind: 'EtcdRecovery', name: 'rebuild', uid, controller: true },
      ],
    });
    const { template, ...spec } = job.spec;
    expect(spec).toEqual({ backoffLimit: 0, activeDeadlineSeconds: 600, podReplacementPolicy: 'Failed' });
    expect(template.metadata?.labels).toEqual(labels);
    const { containers, volumes, ...pod } = template.spec;
    expect(pod).toEqual({
      restartPolicy: 'Never',
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      terminationGracePeriodSeconds: 10,
      tolerations: [toleration],
      nodeSelector: { disk: 'fast' },
      imagePullSecrets: [{ name: 'pull' }],
      affinity: {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: {
            nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['node-3'] }] }],
          },
        },
      },
      securityContext: {
        runAsUser: 1001,
        fsGroup: 1001,
        fsGroupChangePolicy: 'OnRootMismatch',
        seccompProfile: { type: 'RuntimeDefault' },
      },
    });
    expect(volumes).toEqual([
      { name: 'claim-0', persistentVolumeClaim: { claimName: 'data-etcd-2' } },
      { name: 'scratch', emptyDir: {} },
    ]);
    expect(containers).toEqual([
      {
        name: 'script',
        image: 'milvusdb/etcd:3.5.25-r1',
        imagePullPolicy: 'Always',
        resources: { limits: { memory: '1Gi' } },
        command: ['bash', '-c'],
        args: [expect.stringContaining('snapshot restore'), 'prepare'],
        env: [
          { name: 'SCRATCH', value: '/scratch' },
          { name: 'TMPDIR', value: '/scratch' },
          { name: 'DATA_DIR', value: '/bitnami/etcd/data' },
        ],
        volumeMounts: [
          { name: 'claim-0', mountPath: '/bitnami/etcd' },
          { name: 'scratch', mountPath: '/scratch' },
        ],
        securityContext: { ...locked, runAsNonRoot: true },
      },
    ]);
  });

  it('runs as root only where the etcd does, and asks for no user where nobody said one', () => {
    const withUser = (runAsUser: number | undefined) => {
      const securityContext = runAsUser === undefined ? {} : { runAsUser };
      const template = { spec: { containers: [{ name: 'etcd', image: 'etcd', securityContext }] } };
      const { spec } = scriptJob({ ...options, set: { spec: { template } } }).spec.template;
      return [spec.securityContext, spec.containers[0]?.securityContext];
    };
    const seccompProfile = { type: 'RuntimeDefault' };
    expect(withUser(0)).toEqual([{ runAsUser: 0, seccompProfile }, locked]);
    expect(withUser(undefined)).toEqual([{ seccompProfile }, locked]);
    expect(withUser(1000)).toEqual([
      { runAsUser: 1000, seccompProfile },
      { ...locked, runAsNonRoot: true },
    ]);
  });

  it('takes the tools image, secrets as variables and as files', () => {
    const { containers, volumes } = scriptJob({
      ...options,
      toolsImage: 'tools:1',
      claims: [{ claimName: 'data-etcd-2', mountPath: '/bitnami/etcd', readOnly: true }],
      secretEnv: { ETCDCTL_PASSWORD: { name: 'auth', key: 'password' } },
      secretFiles: [{ secretName: 'tls', mountPath: '/tls' }],
    }).spec.template.spec;
    expect(containers[0]).toMatchObject({
      image: 'tools:1',
      volumeMounts: [
        { name: 'claim-0', mountPath: '/bitnami/etcd', readOnly: true },
        { name: 'scratch', mountPath: '/scratch' },
        { name: 'secret-0', mountPath: '/tls', readOnly: true },
      ],
    });
    expect(containers[0]?.env).toContainEqual({
      name: 'ETCDCTL_PASSWORD',
      valueFrom: { secretKeyRef: { name: 'auth', key: 'password' } },
    });
    expect(volumes).toContainEqual({ name: 'secret-0', secret: { secretName: 'tls', defaultMode: 0o440 } });
  });

  it('fetches the artefact first where it lies on another volume', () => {
    const sha256 = 'a'.repeat(64);
    const before = fetchBefore({ owner, operatorImage: 'operator:1', from: '10.0.0.7:7443', sha256, secrets: {} });
    const { initContainers, containers, volumes } = scriptJob({ ...options, before }).spec.template.spec;
    expect(initContainers).toHaveLength(1);
    expect(initContainers?.[0]).toMatchObject({
      name: 'fetch',
      image: 'operator:1',
      imagePullPolicy: 'IfNotPresent',
      args: ['artefact', 'fetch', '--from', '10.0.0.7:7443', '--sha256', sha256, '--to', '/artefact/snapshot.db'],
      env: [{ name: 'ARTEFACT_RECOVERY', value: uid }],
      securityContext: { ...locked, runAsNonRoot: true },
    });
    expect(initContainers?.[0]?.volumeMounts).toContainEqual({ name: 'artefact', mountPath: '/artefact' });
    expect(containers[0]?.volumeMounts).toContainEqual({ name: 'artefact', mountPath: '/artefact', readOnly: true });
    expect(volumes).toContainEqual({ name: 'artefact', emptyDir: {} });
  });

  it('serves the artefact with the operator as the user of the etcd', () => {
    const file = '/bitnami/etcd/recovery-x/snapshot.db';
    const job = servingJob({ ...options, step: 'serve', operatorImage: 'operator:1', file, secrets: {} });
    expect(job.spec.template.spec).toMatchObject({
      securityContext: { runAsUser: 1001, fsGroup: 1001 },
      containers: [{ args: ['artefact', 'serve', '--file', file, '--port', '7443'], securityContext: locked }],
    });
  });

  it('gives both ends of a transfer the credentials of etcd to make their key from, and makes no Secret', () => {
    const secrets = { auth: 'etcd-root', clientTLS: 'etcd-client' };
    const serving = servingJob({ ...options, step: 'serve', operatorImage: 'operator:1', file: '/f', secrets });
    const fetching = fetchBefore({ owner, operatorImage: 'operator:1', from: 'a:1', sha256: 'a'.repeat(64), secrets });
    const env = [
      { name: 'ARTEFACT_RECOVERY', value: uid },
      { name: 'ETCD_PASSWORD', valueFrom: { secretKeyRef: { name: 'etcd-root', key: 'password', optional: false } } },
      { name: 'ETCD_CLIENT_KEY', valueFrom: { secretKeyRef: { name: 'etcd-client', key: 'tls.key', optional: true } } },
    ];
    expect(serving.spec.template.spec.containers[0]?.env).toEqual(env);
    expect(fetching.containers[0]?.env).toEqual(env);
  });
});

describe('the name of a Job', () => {
  it('comes from recovery, step, ordinal and attempt alone, and fits a label', () => {
    expect(jobName(uid, { step: 'flip' })).toBe(`etcd-${uid}-flip`);
    expect(jobName(uid, { step: 'flip', ordinal: 0, attempt: 2 })).toBe(`etcd-${uid}-flip-0-r2`);
    const long = jobName(uid, { step: 'save-from-survivor-and-more', ordinal: 11 });
    expect(long).toHaveLength(63);
    expect(long).not.toBe(jobName(uid, { step: 'save-from-survivor-and-more', ordinal: 12 }));
  });
});
