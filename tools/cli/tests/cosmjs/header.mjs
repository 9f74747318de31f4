// A header's hash as CometBFT computes it (types/block.go, `Header.Hash`), from the JSON of its RPC.
import { createHash } from "node:crypto";

const sha256 = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash("sha256")).digest();

const varint = (value) => {
  const bytes = [];
  for (let rest = BigInt(value); ; rest >>= 7n) {
    if (rest < 128n) return Buffer.from([...bytes, Number(rest)]);
    bytes.push(Number(rest & 127n) | 128);
  }
};
const number = (field, value) => (BigInt(value) === 0n ? Buffer.alloc(0) : Buffer.concat([Buffer.from([field << 3]), varint(value)]));
const bytes = (field, value) => Buffer.concat([Buffer.from([(field << 3) | 2]), varint(value.length), value]);
const wrapped = (value) => (value.length === 0 ? Buffer.alloc(0) : bytes(1, value));
const hex = (text) => wrapped(Buffer.from(text, "hex"));

const time = (text) => {
  const [, whole, fraction = ""] = /^(.*?)(?:\.(\d+))?Z$/.exec(text);
  return Buffer.concat([number(1, Date.parse(`${whole}Z`) / 1000), number(2, Number(fraction.padEnd(9, "0")))]);
};
const blockId = ({ hash, parts }) => {
  const header = Buffer.concat([number(1, parts.total), parts.hash ? bytes(2, Buffer.from(parts.hash, "hex")) : Buffer.alloc(0)]);
  return Buffer.concat([hash ? bytes(1, Buffer.from(hash, "hex")) : Buffer.alloc(0), bytes(2, header)]);
};
const root = (leaves) => {
  if (leaves.length === 1) return sha256(Buffer.from([0]), leaves[0]);
  let split = 1;
  while (split * 2 < leaves.length) split *= 2;
  return sha256(Buffer.from([1]), root(leaves.slice(0, split)), root(leaves.slice(split)));
};

/** In upper case hex. */
export const hashHeader = (header) => {
  const version = Buffer.concat([number(1, header.version.block), number(2, header.version.app ?? 0)]);
  const fields = [version, wrapped(Buffer.from(header.chain_id)), number(1, header.height), time(header.time), blockId(header.last_block_id)];
  const hashes = ["last_commit_hash", "data_hash", "validators_hash", "next_validators_hash", "consensus_hash", "app_hash",
    "last_results_hash", "evidence_hash", "proposer_address"];
  return root([...fields, ...hashes.map((name) => hex(header[name]))]).toString("hex").toUpperCase();
};
