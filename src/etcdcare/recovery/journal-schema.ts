import { z } from 'zod';
import type { StoreSummary } from '../../api/etcd-recovery.ts';
import { limits } from '../../base/limits.ts';
import type { Journal } from './journal.ts';
import type { Json } from './remedy.ts';
import { temporaryChangeSchema } from './temporary-change.ts';

const time = z.iso.datetime();

const noted = z.record(z.string(), z.json()) as z.ZodType<{ readonly [key: string]: Json }>;

const storeSummary: z.ZodType<StoreSummary> = z.strictObject({
  clusterID: z.exactOptional(z.string()),
  revision: z.exactOptional(z.string()),
  totalKeys: z.exactOptional(z.string()),
  hash: z.exactOptional(z.string()),
});

/**
 * What a journal looks like: nothing else is read from one. What is in `details` and `notes` is up to the remedy, see
 * {@link Remedy.details} and {@link Remedy.notes}.
 */
export const journalSchema: z.ZodType<Journal> = z.strictObject({
  recovery: z.strictObject({ name: z.string().min(1), uid: z.string().min(1) }),
  guardName: z.string(),
  action: z.enum([
    'BindPendingVolume',
    'ClearMemberID',
    'ReplaceMember',
    'ReplaceVolume',
    'Fence',
    'RestartQuorum',
    'RebuildFromSurvivor',
    'RestoreFromSnapshot',
    'ReclaimSpace',
    'Cleanup',
    'Snapshot',
    'Defragment',
    'MoveLeader',
  ]),
  target: z.exactOptional(z.string()),
  planHash: z.string(),
  approvedBy: z.enum(['Person', 'Policy']),
  startTime: time,
  guard: z.strictObject({
    toolsImage: z.exactOptional(z.string()),
    snapshotsClaimName: z.exactOptional(z.string()),
    milvus: z.exactOptional(
      z.strictObject({
        rootPaths: z.exactOptional(z.array(z.string()).max(32)),
        workloadSelector: z.exactOptional(z.strictObject({ matchLabels: z.record(z.string(), z.string()) })),
        milvusName: z.exactOptional(z.string()),
        pairNamespaces: z.exactOptional(z.array(z.string()).max(32)),
      }),
    ),
  }),
  details: noted,
  steps: z
    .array(
      z.strictObject({
        name: z.string(),
        state: z.enum(['Running', 'Done', 'Failed']),
        startTime: z.exactOptional(time),
        endTime: z.exactOptional(time),
        message: z.exactOptional(z.string()),
      }),
    )
    .max(32),
  notes: noted,
  changes: z.array(temporaryChangeSchema).max(limits.journalChanges),
  before: z.exactOptional(storeSummary),
  replan: z.exactOptional(z.strictObject({ why: z.string(), needsPerson: z.exactOptional(z.literal(true)) })),
  ending: z.exactOptional(
    z.strictObject({
      state: z.enum(['Succeeded', 'Failed', 'Cancelled']),
      message: z.string(),
      keepChanges: z.exactOptional(z.literal(true)),
    }),
  ),
});
