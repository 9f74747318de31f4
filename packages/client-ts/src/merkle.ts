import { sha256 } from "@noble/hashes/sha2.js";

import { concat } from "./bytes.js";

/** Merkle trees as CometBFT builds them, which is RFC 6962 with SHA-256. */
export const merkleRoot = (leaves: readonly Uint8Array[]): Uint8Array => {
  if (leaves.length === 0) return sha256(new Uint8Array());
  if (leaves.length === 1) return leafHash(leaves[0] as Uint8Array);
  const split = splitPoint(leaves.length);
  return inner(merkleRoot(leaves.slice(0, split)), merkleRoot(leaves.slice(split)));
};

/** The root that a leaf and its aunts, from the leaf up, lead to; `null` where there are too many or too few of them. */
export const rootFromAunts = (index: number, total: number, leaf: Uint8Array, aunts: readonly Uint8Array[]): Uint8Array | null => {
  if (index < 0 || index >= total) return null;
  if (total === 1) return aunts.length === 0 ? leafHash(leaf) : null;
  const aunt = aunts.at(-1);
  if (!aunt) return null;
  const split = splitPoint(total);
  const isLeft = index < split;
  const below = rootFromAunts(isLeft ? index : index - split, isLeft ? split : total - split, leaf, aunts.slice(0, -1));
  return below && (isLeft ? inner(below, aunt) : inner(aunt, below));
};

export const hashOf = (bytes: Uint8Array): Uint8Array => sha256(bytes);

const leafHash = (leaf: Uint8Array): Uint8Array => sha256(concat(Uint8Array.of(0), leaf));
const inner = (left: Uint8Array, right: Uint8Array): Uint8Array => sha256(concat(Uint8Array.of(1), left, right));

/** The largest power of two below `count`. */
const splitPoint = (count: number): number => {
  let split = 1;
  while (split * 2 < count) split *= 2;
  return split;
};
