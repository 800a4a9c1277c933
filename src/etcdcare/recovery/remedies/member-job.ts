import type { EtcdWorld } from '../world.ts';
import type { Planning } from '../remedy.ts';
import type { Job } from '../../volumes/job-types.ts';
import { scriptJob, type ScriptJobOptions } from '../../volumes/script-job.ts';

/** A script on the volume of one member, as a remedy names it. */
export type MemberScript = Pick<
  ScriptJobOptions,
  'script' | 'step' | 'attempt' | 'env' | 'secretEnv' | 'secretFiles' | 'before'
> & {
  /** The claim is mounted so that nothing can be written to it. */
  readonly readOnly?: boolean;
};

/** Where the volume of a member is mounted, and the data directory in it. */
export interface DataPlace {
  readonly mountPath: string;
  readonly dataDir: string;
}

/** @returns why it is not known, in words. */
export function dataPlace({ set, facts: { setup } }: EtcdWorld): DataPlace | { readonly why: string } {
  const containers = set.spec?.template?.spec?.containers ?? [];
  const container = containers.find(({ name }) => name === setup.containerName);
  const mount = container?.volumeMounts?.find(({ name }) => name === setup.claimTemplates[0]);
  if (!mount)
    return {
      why: `StatefulSet ${setup.name} mounts no volume from a claim of its own into container ${setup.containerName}`,
    };
  const { dataDir } = setup;
  if (dataDir === undefined || !dataDir.startsWith(`${mount.mountPath}/`))
    return {
      why: `the data directory ${dataDir ?? '(not set)'} does not lie below the mount ${mount.mountPath} of its volume`,
    };
  return { mountPath: mount.mountPath, dataDir };
}

/** The Job that runs a script on the volume of a member, beside its pod where there is one. */
export function memberJob(
  { recovery: { metadata } }: Pick<Planning, 'recovery'>,
  world: EtcdWorld,
  podName: string,
  { mountPath, dataDir }: DataPlace,
  { readOnly = false, env, ...script }: MemberScript,
): Job {
  const { set, facts, guard } = world;
  const { setup } = facts;
  const nodeName = facts.pods.find(({ name }) => name === podName)?.nodeName;
  const { toolsImage } = guard.spec;
  return scriptJob({
    owner: metadata,
    set,
    containerName: setup.containerName,
    ordinal: Number(podName.slice(podName.lastIndexOf('-') + 1)),
    claims: [{ claimName: `${setup.claimTemplates[0] ?? 'data'}-${podName}`, mountPath, readOnly }],
    env: { DATA_DIR: dataDir, ...env },
    ...(nodeName === undefined ? {} : { nodeName }),
    ...(toolsImage === undefined ? {} : { toolsImage }),
    ...script,
  });
}
