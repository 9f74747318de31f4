import { concat, fromBase64, toHex, utf8 } from "./bytes.js";
import { MalformedAnswerError } from "./errors.js";
import { delimited } from "./protobuf.js";
import { get, maybe, object, text, whole, type Json } from "./read.js";
import { merkleRoot } from "./merkle.js";

/**
 * The hash of a header as the RPC shows it, in lower case hex: the Merkle root over its fourteen fields in protobuf (CometBFT's
 * specification, "Header"). Any change of the header changes it.
 */
export const headerHash = (header: Json): string => {
  const version = get(header, "version", object);
  const [block, app] = [maybe(version, "block", whole) ?? 0, maybe(version, "app", whole) ?? 0];
  const hashes = ["last_commit_hash", "data_hash", "validators_hash", "next_validators_hash", "consensus_hash"];
  const more = ["app_hash", "last_results_hash", "evidence_hash", "proposer_address"];
  const fields = [
    concat(number(1, block), number(2, app)),
    wrapped(utf8(get(header, "chain_id", text))),
    number(1, get(header, "height", whole)),
    timestamp(get(header, "time", text)),
    blockId(get(header, "last_block_id", object)),
    ...[...hashes, ...more].map((name) => wrapped(bytes(header[name], name))),
  ];
  return toHex(merkleRoot(fields));
};

/** A transaction's result as far as the next header commits to it. */
export const resultBytes = (result: Json): Uint8Array => {
  const data = maybe(result, "data", text);
  return concat(
    number(1, maybe(result, "code", whole) ?? 0),
    data ? delimited(2, base64(data, "data")) : new Uint8Array(),
    number(5, maybe(result, "gas_wanted", whole) ?? 0),
    number(6, maybe(result, "gas_used", whole) ?? 0),
  );
};

/** Decodes base64; throws {@link MalformedAnswerError}. */
export const base64 = (value: string, path: string): Uint8Array => {
  try {
    return fromBase64(value);
  } catch {
    throw new MalformedAnswerError(path, "base64");
  }
};

/** Bytes in hex of either case; none where the field is absent. */
const bytes = (value: unknown, path: string): Uint8Array => {
  const hex = value ?? "";
  if (typeof hex !== "string" || !/^(?:[0-9a-f]{2})*$/i.test(hex)) throw new MalformedAnswerError(path, "bytes in hex");
  return Uint8Array.from(hex.match(/../g) ?? [], (byte) => parseInt(byte, 16));
};

const varint = (value: bigint): Uint8Array => {
  const out: number[] = [];
  for (let rest = BigInt.asUintN(64, value); ; rest >>= 7n) {
    if (rest < 128n) return Uint8Array.from([...out, Number(rest)]);
    out.push(Number(rest & 127n) | 128);
  }
};

/** A field with a number, left out where it is 0. */
const number = (field: number, value: number | bigint): Uint8Array =>
  BigInt(value) === 0n ? new Uint8Array() : concat(varint(BigInt(field * 8)), varint(BigInt(value)));

/** The wrapper message of text and bytes: nothing where it is empty. */
const wrapped = (value: Uint8Array): Uint8Array => (value.length ? delimited(1, value) : value);

const timestamp = (time: string): Uint8Array => {
  const parts = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?Z$/.exec(time);
  const millis = parts ? Date.parse(`${parts[1]}Z`) : NaN;
  if (!parts || Number.isNaN(millis)) throw new MalformedAnswerError("time", "a time in UTC, RFC 3339");
  return concat(number(1, BigInt(millis / 1000)), number(2, Number((parts[2] ?? "").padEnd(9, "0"))));
};

/** `parts` is there even where it is empty. */
const blockId = (id: Json): Uint8Array => {
  const parts = get(id, "parts", object);
  const set = concat(number(1, get(parts, "total", whole)), field2(bytes(parts.hash, "parts.hash")));
  const hash = bytes(id.hash, "last_block_id.hash");
  return concat(hash.length ? delimited(1, hash) : hash, delimited(2, set));
};

const field2 = (value: Uint8Array): Uint8Array => (value.length ? delimited(2, value) : value);
