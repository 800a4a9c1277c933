import type { ChannelOptions, ClientOptions } from '@grpc/grpc-js';
import { limits } from '../base/limits.ts';

/**
 * Options of a gRPC client that count the fields of each answer before it is decoded: decoding turns two bytes into an
 * object, and stops for nobody.
 */
export const withBoundedAnswers = {
  callInvocationTransformer: (call) => {
    const { methodDefinition } = call;
    const { responseDeserialize } = methodDefinition;
    return {
      ...call,
      methodDefinition: {
        ...methodDefinition,
        responseDeserialize: (bytes: Buffer) => {
          if (hasMoreFieldsThan(limits.etcdMessageFields, bytes))
            throw new Error(`an answer of more than ${limits.etcdMessageFields} fields is not read`);
          return responseDeserialize(bytes) as unknown;
        },
      },
    };
  },
} satisfies ClientOptions as ChannelOptions;

/**
 * Whether a message in the protobuf wire format has more fields at its top level, repeated ones counted one by one. What is
 * no such message has not: decoding will say so.
 */
export function hasMoreFieldsThan(most: number, bytes: Uint8Array): boolean {
  let at = 0;
  for (let fields = 0; at < bytes.length; fields++) {
    if (fields >= most) return true;
    const tag = varint(bytes, at);
    const end = tag && endOfValue(bytes, tag.next, tag.value & 7);
    if (end === undefined) return false;
    at = end;
  }
  return false;
}

/** The index after a value of this wire type; undefined: there is none. */
function endOfValue(bytes: Uint8Array, at: number, wireType: number): number | undefined {
  switch (wireType) {
    case 0:
      return varint(bytes, at)?.next;
    case 1:
      return at + 8;
    case 2: {
      const length = varint(bytes, at);
      return length && length.next + length.value;
    }
    case 5:
      return at + 4;
    default:
      return undefined;
  }
}

/** Up to 64 bits; what is above the lower 32 is lost, which no length in a message within the limits has. */
function varint(bytes: Uint8Array, start: number): { readonly value: number; readonly next: number } | undefined {
  let value = 0;
  for (let at = start; at < start + 10; at++) {
    const byte = bytes[at];
    if (byte === undefined) return undefined;
    const shift = 7 * (at - start);
    if (shift < 32) value += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) return { value, next: at + 1 };
  }
  return undefined;
}
