import type { Cluster } from '../cluster/cluster.ts';
import type { ImageArchive } from '../e2e/support/whole-milvus.ts';
import type { ProgramName } from '../cluster/programs.ts';
import type { Shell } from './shell.ts';
import type { TimeLine } from './time-line.ts';

/** What the acts of the demo work with: a cluster with the operator. */
export interface Stage {
  readonly cluster: Cluster;
  readonly programs: Readonly<Record<ProgramName, string>>;
  readonly shell: Shell;
  readonly timeLine: TimeLine;
  readonly signal: AbortSignal;
}

/** One of the demos. */
export interface Demo {
  /** What is real in it, and what is not. */
  readonly introduction: string;
  /** Debian packages that it needs besides those of the cluster. */
  readonly packages: readonly string[];
  /** Fetches what does not need a built program; runs beside the builds. */
  fetchImages(): Promise<readonly ImageArchive[]>;
  /** Builds what needs the programs. */
  buildImages(): Promise<readonly ImageArchive[]>;
  /** Brings up a Milvus and plays. @returns what the report says of it. */
  play(stage: Stage): Promise<object>;
  /** The image of another version, to try a rollout with; and the pair's name stays `rootcoord`. */
  readonly anotherImage: string;
}
