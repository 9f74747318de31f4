import { amount, get, hash, maybe, object, oneOf, whole } from "./read.js";

/** The height whose quorum makes a block final. */
export interface Certificate {
  /** The power that could vote there, in sats. */
  readonly totalPower: bigint;
  /** The power that voted, in sats; `null` once its votes are forgotten. */
  readonly votedPower: bigint | null;
  /** The ranked stake that the active set was taken from, in sats; `null` of heights before an upgrade to 0.3.0. */
  readonly rankedPower: bigint | null;
  /** From here up to the certificate each height has quorum; `null` of heights before an upgrade to 0.3.0. */
  readonly unbrokenSince: number | null;
}

/**
 * The vote at the block's own height. It is on the state *before* the block and says nothing of the block, so `quorum` here
 * does not mean that the block is final.
 */
export interface VoteAtHeight {
  readonly state: "quorum" | "open" | "skipped" | "pruned" | "none";
  readonly reason: "hook_lost" | "no_active_set" | "before_activation" | "backlog_full" | "resumed" | null;
  /** In sats. */
  readonly votedPower: bigint | null;
  /** In sats. */
  readonly totalPower: bigint | null;
}

interface Common {
  /** The block asked about. */
  readonly height: number;
  /** Hex in lower case; `null` if no hook of the chain saw the block. */
  readonly blockHash: string | null;
  /** `AppHash` of its header, which is the state before it; hex in lower case. */
  readonly appHash: string | null;
  readonly voteAtHeight: VoteAtHeight;
  /** The answer is from the state after this block. */
  readonly stateHeight: number;
}

/** The block is final, for good. */
export interface FinalStatus extends Common {
  readonly block: "final";
  /** The lowest later height whose quorum makes it final; `null`: not named, of some blocks before an upgrade to 0.3.0. */
  readonly certifiedBy: number | null;
  /** How many heights directly below `certifiedBy` have no quorum; `null`: not known, where that is not named. */
  readonly gapBefore: number | null;
  readonly certificate: Certificate | null;
}

/** The block is not final, or it is not known to be. */
export interface OpenStatus extends Common {
  /** `pending`: not yet. `resumed`: never. `unknown`: not seen yet, or forgotten. */
  readonly block: "pending" | "resumed" | "unknown";
}

export type FinalityStatus = FinalStatus | OpenStatus;

/** Reads `finality_status`. */
export const readStatus = (value: unknown, stateHeight: number): FinalityStatus => {
  const answer = object(value, "finality_status");
  const block = get(answer, "block", oneOf("final", "pending", "resumed", "unknown"));
  const common = {
    height: get(answer, "height", whole),
    blockHash: maybe(answer, "block_hash_hex", hash),
    appHash: maybe(answer, "app_hash_hex", hash),
    voteAtHeight: get(answer, "vote", readVote),
    stateHeight,
  };
  if (block !== "final") return { ...common, block };
  const certifiedBy = maybe(answer, "certified_by", whole);
  return {
    ...common,
    block,
    certifiedBy,
    gapBefore: certifiedBy === null ? null : get(answer, "gap_before", whole),
    certificate: maybe(answer, "certificate", readCertificate),
  };
};

const readVote = (value: unknown): VoteAtHeight => {
  const vote = object(value, "vote");
  return {
    state: get(vote, "state", oneOf("quorum", "open", "skipped", "pruned", "none")),
    reason: maybe(vote, "reason", oneOf("hook_lost", "no_active_set", "before_activation", "backlog_full", "resumed")),
    votedPower: maybe(vote, "voted_power", amount),
    totalPower: maybe(vote, "total_power", amount),
  };
};

const readCertificate = (value: unknown): Certificate => {
  const certificate = object(value, "certificate");
  return {
    totalPower: get(certificate, "total_power", amount),
    votedPower: maybe(certificate, "voted_power", amount),
    rankedPower: maybe(certificate, "ranked_power", amount),
    unbrokenSince: maybe(certificate, "unbroken_since", whole),
  };
};
