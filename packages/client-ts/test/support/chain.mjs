// A chain in memory and its contract `bsn`, as far as a node shows them. What is final follows RULINGS.md, "When a block is final".
import { createHash } from "node:crypto";
import { headerHash } from "bsn-client/verify";

export const ADDRESS = "bbnc14hj2tavq8fpesdwxxcu44rty3hh90vhujrvcmstl4zr3txmfvw9syx25zf";
export const OTHER_CONTRACT = "bbnc1f4mhuaxqmu4t3vycurnkfhuqketukx9pnvv7xllf6c3680pd2nvqkazual";
export const EMPTY_ADDRESS = "bbnc10xcqpzrky6eff2g52qdye53xkk9jxkvrlyaejd";

const sha = (bytes) => createHash("sha256").update(bytes).digest();
const upper = (bytes) => Buffer.from(bytes).toString("hex").toUpperCase();
const named = (name) => upper(sha(name));
const inner = (left, right) => sha(Buffer.concat([Buffer.of(1), left, right]));

/** RFC 6962, written a second time: the root over leaves, and the aunts of one from the leaf up. */
export const merkle = (leaves, index = 0) => {
  if (leaves.length === 0) return { root: sha(""), aunts: [] };
  if (leaves.length === 1) return { root: sha(Buffer.concat([Buffer.of(0), leaves[0]])), aunts: [] };
  const split = 2 ** Math.floor(Math.log2(leaves.length - 1));
  const left = merkle(leaves.slice(0, split), index);
  const right = merkle(leaves.slice(split), index - split);
  const aunts = index < split ? [...left.aunts, right.root] : [...right.aunts, left.root];
  return { root: inner(left.root, right.root), aunts };
};
export const txLeaves = (txs) => txs.map(({ bytes }) => sha(bytes));
const EMPTY = upper(sha(""));

export class Chain {
  /** Blocks by height; the heights without a hook, without an active set's quorum, resumed by governance. */
  blocks = new Map();
  holes = new Set();
  resumed = new Set();
  /** Up to here the cursor has passed; anchors below `forgottenBelow` are gone. */
  quorumTo = 0;
  forgottenBelow = 0;
  /** Below this the node has no blocks. */
  lowest = 1;
  pool = [];

  constructor({ id = "consumer-1", from = 1, to = 12, now = Date.now } = {}) {
    this.id = id;
    this.now = now;
    this.tip = from - 1;
    this.lowest = from;
    while (this.tip < to) this.grow();
  }

  /** One block more, with what waits in the mempool; its vote gets a quorum a block later. */
  grow({ quorum = true } = {}) {
    const height = this.tip + 1;
    const below = this.blocks.get(height - 1);
    const txs = this.pool.splice(0);
    const header = {
      version: { block: "11" },
      chain_id: this.id,
      height: String(height),
      time: new Date(this.now()).toISOString().replace("Z", "012345Z"),
      last_block_id: below
        ? { hash: below.hash, parts: { total: 1, hash: named(`parts ${height - 1}`) } }
        : { hash: "", parts: { total: 0, hash: "" } },
      last_commit_hash: named(`commit ${height}`),
      data_hash: upper(merkle(txLeaves(txs)).root),
      validators_hash: named("validators"),
      next_validators_hash: named("validators"),
      consensus_hash: named("consensus"),
      app_hash: named(`${this.id} state ${height - 1}`),
      last_results_hash: upper(merkle((below?.txs ?? []).map(resultBytes)).root),
      evidence_hash: EMPTY,
      proposer_address: named("proposer").slice(0, 40),
    };
    this.blocks.set(height, { header, txs, hash: headerHash(header).toUpperCase() });
    this.tip = height;
    if (quorum) this.quorumTo = Math.max(this.quorumTo, height - 1);
    return height;
  }

  /** The chain is put back to a height and goes on with other blocks. */
  rollBack(height) {
    for (let gone = height + 1; gone <= this.tip; gone++) this.blocks.delete(gone);
    this.tip = height;
  }

  /** A transaction for the next block; gives its hash. */
  send(bytes, { code = 0 } = {}) {
    this.pool.push({ bytes: Buffer.from(bytes), code });
    return upper(sha(Buffer.from(bytes)));
  }

  findTx(hash) {
    for (const [height, { txs }] of this.blocks) {
      const index = txs.findIndex(({ bytes }) => upper(sha(bytes)) === hash);
      if (index >= 0) return { height, index, tx: txs[index] };
    }
    return null;
  }

  anchored(height) {
    return height <= this.tip && height >= this.forgottenBelow && !this.holes.has(height) && this.blocks.has(height);
  }

  hasQuorum(height) {
    return height <= this.quorumTo && this.anchored(height) && !this.resumed.has(height);
  }

  /** `finality_status`, in the state after block `tip`. */
  finalityStatus(height, tip) {
    const anchored = this.anchored(height) && height <= tip;
    const hashes = anchored ? { block_hash_hex: this.blocks.get(height).hash.toLowerCase(), app_hash_hex: this.blocks.get(height).header.app_hash.toLowerCase() } : {};
    const answer = { height, block: "unknown", vote: this.vote(height, tip), ...hashes };
    let first = height;
    while (first <= tip && !this.anchored(first)) first++;
    if (height < Math.max(1, this.forgottenBelow) || first > tip) return answer;
    let by = first + 1;
    for (; by <= Math.min(tip, this.quorumTo); by++) {
      if (this.hasQuorum(by)) break;
      if (this.resumed.has(by)) return { ...answer, block: "resumed" };
    }
    if (this.resumed.has(height) && by <= Math.min(tip, this.quorumTo)) return { ...answer, block: "resumed" };
    if (by > Math.min(tip, this.quorumTo)) return { ...answer, block: "pending" };
    let unbroken = by;
    while (this.hasQuorum(unbroken - 1)) unbroken--;
    let gap = 0;
    while (by - gap - 1 > 0 && !this.hasQuorum(by - gap - 1) && this.blocks.has(by - gap - 1)) gap++;
    const certificate = { total_power: "250", voted_power: "200", ranked_power: "300", unbroken_since: unbroken };
    return { ...answer, block: "final", certified_by: by, gap_before: gap, certificate };
  }

  vote(height, tip) {
    if (height > tip) return { state: "none" };
    if (height < this.forgottenBelow) return { state: "pruned" };
    if (this.holes.has(height)) return height === tip ? { state: "none" } : { state: "skipped", reason: "hook_lost" };
    if (this.resumed.has(height)) return { state: "skipped", reason: "resumed", voted_power: "100", total_power: "250" };
    if (height <= this.quorumTo) return { state: "quorum", voted_power: "200", total_power: "250" };
    return { state: "open", voted_power: "50", total_power: "250" };
  }

  lastFinalBlock(tip) {
    for (let height = tip; height > 0; height--) {
      const status = this.finalityStatus(height, tip);
      if (status.block === "final" && status.block_hash_hex)
        return { height, block_hash_hex: status.block_hash_hex, certified_by: status.certified_by, certificate: status.certificate };
    }
    return null;
  }
}

/** A result's bytes in the Merkle tree of `last_results_hash`, written a second time. */
export const resultBytes = ({ code }) => {
  const varint = (value) => (value < 128 ? [value] : [(value % 128) | 128, ...varint(value >> 7)]);
  return Buffer.from([...(code ? [8, ...varint(code)] : []), 0x28, ...varint(200000), 0x30, ...varint(54321)]);
};
