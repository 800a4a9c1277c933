import type { Work } from '../../../../../src/etcdcare/recovery/remedy.ts';
import type { Job } from '../../../../../src/etcdcare/volumes/job-types.ts';
import { fakeClient } from '../../../kube/fake-client.ts';

/** Jobs that end as they are told to, by their script. */
export function endedJobs(ends: (script: string, ordinal: number) => object): {
  readonly client: Work['client'];
  readonly made: readonly Job[];
} {
  const made: Job[] = [];
  const stored = (job: Job) => ({
    ...job,
    metadata: { ...job.metadata, uid: job.metadata.name, resourceVersion: '1' },
  });
  const client = fakeClient({
    get: ((_kind: unknown, name: string) => {
      const job = made.find(({ metadata }) => metadata.name === name);
      return Promise.resolve(job && stored(job));
    }) as never,
    create: ((_kind: unknown, job: Job) => {
      made.push(job);
      return Promise.resolve(stored(job));
    }) as never,
    list: ((_kind: unknown, { labelSelector = '' }: { readonly labelSelector?: string }) => {
      const job = made.find(({ metadata }) => labelSelector.endsWith(`=${metadata.name}`));
      const [, script = ''] = job?.spec.template.spec.containers[0]?.args ?? [];
      const ordinal = Number(/-(\d)(?:-r\d)?$/.exec(job?.metadata.name ?? '')?.[1]);
      const terminated = ends(script, ordinal);
      const items = job
        ? [
            {
              metadata: { name: 'pod', ownerReferences: [{ uid: job.metadata.name }] },
              status: { containerStatuses: [{ name: 'script', state: { terminated } }] },
            },
          ]
        : [];
      return Promise.resolve({ metadata: { resourceVersion: '1' }, items });
    }) as never,
  }) as Work['client'];
  return { client, made };
}

/** How a script ends that has done its work. */
export const result = (value: object): object => ({ exitCode: 0, message: JSON.stringify({ ok: true, ...value }) });
