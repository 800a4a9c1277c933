import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { ephemeralName, ephemeralScript } from '../../../../src/etcdcare/volumes/ephemeral-script.ts';
import type { EtcdTemplate } from '../../../../src/etcdcare/volumes/job-types.ts';
import { ForeignJobError, runScript } from '../../../../src/etcdcare/volumes/run-script.ts';
import { JOB_LABEL, scriptJob } from '../../../../src/etcdcare/volumes/script-job.ts';
import { servingAddress, servingJob, stopServing } from '../../../../src/etcdcare/volumes/transfer-pods.ts';
import { isConflict } from '../../../../src/kube/errors.ts';
import { jobKind, podKind } from '../../../../src/kube/kinds.ts';
import type { Pod } from '../../../../src/kube/core-types.ts';
import type { Stored } from '../../../../src/kube/objects.ts';
import { startApiServer, type ApiServer } from '../../support/api-server.ts';

/** For a machine that does much else. */
jest.setTimeout(120_000);

let server: ApiServer;
let client: ReturnType<ApiServer['client']>;
const { signal } = new AbortController();

beforeAll(async () => {
  server = await startApiServer();
  client = server.client();
});

afterAll(async () => {
  await client[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

const owner = { namespace: 'default', name: 'rebuild', uid: '0b6d9f0e-51f4-4f0e-9d5b-0f1f7a6a7c11' };
const securityContext = { runAsUser: 1001, fsGroup: 1001 };
const set: EtcdTemplate = {
  spec: { template: { spec: { securityContext, containers: [{ name: 'etcd', image: 'etcd:1' }] } } },
};
const options = {
  owner,
  set,
  containerName: 'etcd',
  claims: [{ claimName: 'data-etcd-0', mountPath: '/bitnami/etcd' }],
};
const env = { OPERATION: owner.uid, DATA_DIR: '/bitnami/etcd/data' };

/** What the Job controller and the kubelet would do; here neither runs. */
async function makePodOf(jobName: string, status: object): Promise<void> {
  const job = await client.get(jobKind, jobName, 'default');
  const name = `${jobName}-abcde`;
  await client.create(podKind, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: 'default',
      labels: { [JOB_LABEL]: jobName },
      ownerReferences: [{ apiVersion: 'batch/v1', kind: 'Job', name: jobName, uid: job?.metadata.uid ?? '' }],
    },
    spec: { containers: [{ name: 'script', image: 'etcd:1' }] },
  } as Pod);
  await client.mergePatch(podKind, name, 'default', { status }, { subresource: 'status' });
}

const ended = (exitCode: number, message: string) => ({
  containerStatuses: [
    {
      name: 'script',
      ready: false,
      restartCount: 0,
      image: '',
      imageID: '',
      state: { terminated: { exitCode, message } },
    },
  ],
});

describe('a script in a Job', () => {
  it('is started once, and told of until it has a result', async () => {
    const job = scriptJob({ ...options, step: 'list', ordinal: 0, script: 'list-old', env });
    const first = await runScript(client, job, signal);
    const made = await client.get(jobKind, job.metadata.name, 'default');
    const pendingSince = made?.metadata.creationTimestamp;
    expect(first).toEqual({ state: 'Running', pendingSince });
    expect(await runScript(client, job, signal)).toEqual({ state: 'Running', pendingSince });
    await makePodOf(job.metadata.name, {
      conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: 'no room' }],
    });
    expect(await runScript(client, job, signal)).toEqual({ state: 'Running', waiting: 'no room', pendingSince });
    const name = `${job.metadata.name}-abcde`;
    await client.mergePatch(
      podKind,
      name,
      'default',
      { status: ended(0, '{"ok":true,"n":"1"}') },
      { subresource: 'status' },
    );
    expect(await runScript(client, job, signal)).toEqual({ state: 'Done', result: { ok: true, n: '1' } });
    const { items } = await client.list(jobKind, { namespace: 'default' });
    expect(items.map(({ metadata }) => metadata.name)).toEqual([job.metadata.name]);
  });

  it('tells why it refused, and why a container before it failed', async () => {
    const refused = scriptJob({ ...options, step: 'flip', ordinal: 0, script: 'flip', env });
    await runScript(client, refused, signal);
    await makePodOf(refused.metadata.name, ended(21, '{"ok":false,"refusal":"OtherIds","message":"of another"}'));
    expect(await runScript(client, refused, signal)).toEqual({
      state: 'Failed',
      exitCode: 21,
      refusal: 'OtherIds',
      message: 'of another',
    });
    const before = scriptJob({ ...options, step: 'prepare', ordinal: 0, script: 'prepare', env });
    await runScript(client, before, signal);
    const state = { terminated: { exitCode: 1, message: 'cannot be reached' } };
    const initContainerStatuses = [{ name: 'fetch', ready: false, restartCount: 0, image: '', imageID: '', state }];
    await makePodOf(before.metadata.name, { initContainerStatuses });
    expect(await runScript(client, before, signal)).toMatchObject({
      state: 'Failed',
      message: 'fetch: ended with code 1: cannot be reached',
    });
  });

  it('does not take the Job of somebody else for its own', async () => {
    const job = scriptJob({ ...options, step: 'foreign', script: 'flip', env });
    await client.create(jobKind, { ...job, metadata: { name: job.metadata.name, namespace: 'default' } });
    await expect(runScript(client, job, signal)).rejects.toThrow(ForeignJobError);
  });
});

describe('the serving Job', () => {
  it('has an address once its pod runs, ends when told to without going, and starts again where it is wanted again', async () => {
    const job = servingJob({
      ...options,
      step: 'serve',
      operatorImage: 'operator:1',
      file: '/bitnami/etcd/x',
      secrets: {},
    });
    expect(await servingAddress(client, job, signal)).toBeUndefined();
    await makePodOf(job.metadata.name, { phase: 'Running', podIP: '10.1.2.3', podIPs: [{ ip: '10.1.2.3' }] });
    expect(await servingAddress(client, job, signal)).toBe('10.1.2.3:7443');
    await stopServing(client, job, signal);
    await stopServing(client, job, signal);
    const suspended = async () => (await client.get<typeof job>(jobKind, job.metadata.name, 'default'))?.spec.suspend;
    expect(await suspended()).toBe(true);
    await servingAddress(client, job, signal);
    expect(await suspended()).toBe(false);
  });
});

describe('a script in a pod of the etcd', () => {
  let pod: Stored<Pod>;
  const script = 'clear-member-id';
  const joining = (name: string) =>
    ({
      namespace: 'default',
      podName: 'etcd-0',
      podUid: pod.metadata.uid,
      containerName: 'etcd',
      name,
      script,
      env,
    }) as const;

  beforeAll(async () => {
    pod = await client.create(podKind, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'etcd-0', namespace: 'default' },
      spec: {
        nodeName: 'node-1',
        securityContext,
        containers: [{ name: 'etcd', image: 'etcd:1', volumeMounts: [{ name: 'data', mountPath: '/bitnami/etcd' }] }],
        volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data-etcd-0' } }],
      },
    } as Pod);
  });

  it('joins it beside those that joined before, and its result is read', async () => {
    const [first, second] = [0, 1].map((attempt) => ephemeralName(owner.uid, script, attempt));
    if (!first || !second) throw new Error('no names');
    expect(await ephemeralScript(client, joining(first), signal)).toEqual({ state: 'Running' });
    expect(await ephemeralScript(client, joining(first), signal)).toEqual({ state: 'Running' });
    expect(await ephemeralScript(client, joining(second), signal)).toEqual({ state: 'Running' });
    const names = await server.kubectl(['get', 'pod', 'etcd-0', '-o', 'jsonpath={.spec.ephemeralContainers[*].name}']);
    expect(names).toBe(`${first} ${second}`);
    const stored = await server.kubectl(['get', 'pod', 'etcd-0', '-o', 'jsonpath={.spec.ephemeralContainers[0]}']);
    expect(JSON.parse(stored)).toMatchObject({
      image: 'etcd:1',
      volumeMounts: [{ name: 'data', mountPath: '/bitnami/etcd' }],
      securityContext: {
        runAsUser: 1001,
        runAsNonRoot: true,
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
        seccompProfile: { type: 'RuntimeDefault' },
      },
    });
    const terminated = { exitCode: 0, message: '{"ok":true,"alreadyDone":false}' };
    const status = {
      ephemeralContainerStatuses: [
        { name: first, ready: false, restartCount: 0, image: '', imageID: '', state: { terminated } },
        {
          name: second,
          ready: false,
          restartCount: 0,
          image: '',
          imageID: '',
          state: { waiting: { reason: 'ErrImagePull' } },
        },
      ],
    };
    await client.mergePatch(podKind, 'etcd-0', 'default', { status }, { subresource: 'status' });
    expect(await ephemeralScript(client, joining(first), signal)).toEqual({
      state: 'Done',
      result: { ok: true, alreadyDone: false },
    });
    expect(await ephemeralScript(client, joining(second), signal)).toEqual({
      state: 'Running',
      waiting: 'ErrImagePull',
    });
  });

  it('does not join another pod of that name, nor one that changed since it was read', async () => {
    const other = { ...joining('other'), podUid: 'another' };
    expect(await ephemeralScript(client, other, signal)).toMatchObject({ state: 'Failed' });
    const stale: typeof client.get = async (...call) => {
      const found = await client.get(...call);
      await client.mergePatch(podKind, 'etcd-0', 'default', { metadata: { labels: { touched: 'yes' } } });
      return found as never;
    };
    const raced = ephemeralScript({ ...client, get: stale }, joining('raced'), signal);
    await expect(raced.catch((error: unknown) => isConflict(error))).resolves.toBe(true);
  });
});
