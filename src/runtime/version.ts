/** Put in by the bundler (scripts/bundle.ts). */
declare const OPERATOR_VERSION: string | undefined;

/** Version of the operator; `0.0.0-source` when run from its sources. */
export const version = typeof OPERATOR_VERSION === 'string' ? OPERATOR_VERSION : '0.0.0-source';
