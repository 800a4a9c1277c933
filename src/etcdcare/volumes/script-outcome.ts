import { limits } from '../../base/limits.ts';

/** What has become of a script. */
export type ScriptOutcome =
  /**
   * `waiting`: why it has not begun, in the words of the scheduler or the kubelet. `pendingSince`: when its Job was made,
   * as long as none of its containers has begun.
   */
  | { readonly state: 'Running'; readonly waiting?: string; readonly pendingSince?: string }
  /** `result`: its line of JSON, to be read by the parsers of results.ts. */
  | { readonly state: 'Done'; readonly result: unknown }
  | {
      readonly state: 'Failed';
      /** Absent: it was not the script that ended, for instance its pod is gone. */
      readonly exitCode?: number;
      /** The script's own word for why it refused, see {@link refusals}; absent where it could not say. */
      readonly refusal?: Refusal;
      /** A plain sentence. */
      readonly message: string;
    };

/** Why scripts refuse, by their exit codes (scripts/common.sh). */
export const refusals = {
  20: 'LockHeld',
  21: 'OtherIds',
  22: 'NoSpace',
  23: 'UnexpectedState',
  24: 'OtherContent',
  25: 'ToolMissing',
  26: 'ToolFailed',
  27: 'NoAnswer',
  64: 'BadCall',
  70: 'Unforeseen',
} as const;

/** One of those words. */
export type Refusal = (typeof refusals)[keyof typeof refusals];

/** How a container ended, as the kubelet tells it (v1.ContainerStateTerminated). */
export interface EndedContainer {
  readonly exitCode: number;
  readonly reason?: string;
  readonly message?: string;
}

/** What a status may hold of what a script says. */
const SENTENCE_CHARACTERS = 500;

/** Reads what a script left in its termination log. */
export function outcomeOf({ exitCode, reason, message }: EndedContainer): ScriptOutcome {
  const line = parsed(message);
  if (exitCode === 0) {
    return line === undefined
      ? { state: 'Failed', exitCode, message: 'the script ended well but left no result in its termination log' }
      : { state: 'Done', result: line };
  }
  const refusal = exitCode in refusals ? refusals[exitCode as keyof typeof refusals] : undefined;
  if (refusal !== undefined && line !== undefined && typeof line.message === 'string')
    return { state: 'Failed', exitCode, refusal, message: line.message.slice(0, SENTENCE_CHARACTERS) };
  const said = message?.trim();
  return {
    state: 'Failed',
    exitCode,
    message: `ended with code ${exitCode}${reason ? ` (${reason})` : ''}${said ? `: ${said.slice(-SENTENCE_CHARACTERS)}` : ''}`,
  };
}

function parsed(message = ''): { readonly message?: unknown } | undefined {
  if (message.length > limits.resultCharacters) return undefined;
  try {
    const value: unknown = JSON.parse(message);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
