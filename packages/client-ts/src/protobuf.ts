import { concat } from "./bytes.js";

/** As much of protobuf's encoding as a query needs. */
export const varint = (value: number): number[] => (value < 128 ? [value] : [(value % 128) | 128, ...varint(Math.floor(value / 128))]);

/** A field of bytes, text or a message. */
export const delimited = (field: number, bytes: Uint8Array): Uint8Array =>
  concat(Uint8Array.from([...varint(field * 8 + 2), ...varint(bytes.length)]), bytes);

/** The bytes of field 1, which is all that a message has. */
export const onlyField = (message: Uint8Array): Uint8Array => {
  let at = 1;
  let length = 0;
  for (let scale = 1, byte = 128; byte > 127; scale *= 128) {
    byte = message[at++] ?? 0;
    length += (byte % 128) * scale;
  }
  if (message[0] !== 10 || at + length !== message.length) throw new RangeError("not one field 1");
  return message.subarray(at);
};
