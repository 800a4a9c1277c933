import type { CallOptions } from './client.ts';

/** Which part of a container's log. */
export interface PodLogOptions extends CallOptions {
  readonly container: string;
  /** Of the instance before the present one; the kubelet keeps one. */
  readonly previous?: boolean;
  readonly tailLines?: number;
  readonly sinceSeconds?: number;
  readonly limitBytes?: number;
  /** Each line begins with the time at which it was written, RFC 3339, and a space. */
  readonly timestamps?: boolean;
}

/** Reads what containers have written. */
export interface PodLogs {
  /** @throws ApiError: 404 without such a pod, 400 without such an instance, 5xx when its kubelet cannot be asked. */
  podLog(namespace: string, podName: string, options: PodLogOptions): Promise<string>;
}
