import type { CoordinatorPair } from '../../api/coordinator-pair.ts';
import { statefulSetName, volumes } from '../../api/names.ts';
import { MANAGEMENT_PORT } from '../../milvus/roles.ts';

/** Where heaptrack lies in the Milvus container, as in the milvus-helm chart. */
const TOOLS_FOLDER = '/milvus/tools';

/** What the pods get for heaptrack: the values `heaptrack` of the milvus-helm chart (4.x) with the same meaning. */
export interface Heaptrack {
  /** Before the arguments of Milvus. */
  readonly args: readonly string[];
  readonly env: readonly { readonly name: string; readonly value: string }[];
  readonly initContainers: readonly object[];
  readonly volumes: readonly object[];
  readonly volumeMounts: readonly object[];
}

const none: Heaptrack = { args: [], env: [], initContainers: [], volumes: [], volumeMounts: [] };

/** Runs Milvus under heaptrack, which an init container brings along; nothing of it where it is not enabled. */
export function heaptrack({ spec: { pod, imagePullPolicy } }: CoordinatorPair): Heaptrack {
  if (!pod.heaptrack?.enabled) return none;
  const mount = { name: volumes.tools, mountPath: TOOLS_FOLDER };
  return {
    args: [`${TOOLS_FOLDER}/heaptrack/bin/heaptrack`],
    env: [{ name: 'LD_LIBRARY_PATH', value: `${TOOLS_FOLDER}/heaptrack/lib:/milvus/lib:/usr/lib` }],
    initContainers: [
      {
        name: 'heaptrack',
        image: pod.heaptrack.image,
        imagePullPolicy,
        command: ['/bin/bash', '-c', `cp -r /opt/heaptrack ${TOOLS_FOLDER}`],
        securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
        volumeMounts: [mount],
      },
    ],
    volumes: [{ name: volumes.tools, emptyDir: {} }],
    volumeMounts: [mount],
  };
}

/** The annotations by which Pyroscope finds the pods: the value `profiling` of the milvus-helm chart (4.x). */
export function profilingAnnotations({ metadata, spec: { pod } }: CoordinatorPair): Record<string, string> {
  if (!pod.profiling?.enabled) return {};
  return {
    'pyroscope.io/scrape': 'true',
    'pyroscope.io/application-name': statefulSetName(metadata.name),
    'pyroscope.io/port': MANAGEMENT_PORT.toString(),
  };
}
