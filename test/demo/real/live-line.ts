import { operationKinds, type Operation, type OperationKind } from '../../e2e/support/clients/operations.ts';

/** How many seconds of the past are drawn. */
const seconds = 20;

const green = '\u001b[32m';
const red = '\u001b[31m';
const plain = '\u001b[0m';

/**
 * What clients saw in the last seconds, a sign a second: a full block where an operation succeeded, a dot where none did,
 * nothing before the first one ended.
 */
export function liveLine(operations: Readonly<Record<OperationKind, readonly Operation[]>>, nowMs: number): string {
  return operationKinds.map((kind) => `${kind} ${signs(operations[kind], nowMs)}`).join('  ');
}

function signs(operations: readonly Operation[], nowMs: number): string {
  const firstMs = nowMs - seconds * 1_000;
  const succeeded = new Set(
    operations
      .filter(({ error, endMs }) => error === undefined && endMs > firstMs)
      .map(({ endMs }) => Math.floor((endMs - firstMs) / 1_000)),
  );
  const first = operations[0] === undefined ? seconds : Math.floor((operations[0].endMs - firstMs) / 1_000);
  const sign = (at: number) => (succeeded.has(at) ? `${green}█` : at < first ? ' ' : `${red}·`);
  return Array.from({ length: seconds }, (_, at) => sign(at)).join('') + plain;
}
