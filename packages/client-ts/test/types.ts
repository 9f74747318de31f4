// Compiled, never run: what a user's code may say of the types, and what it may not.
import type { EncodeObject } from "@cosmjs/proto-signing";
import { createBsnClient, BsnError, type FinalityStatus } from "bsn-client";
import { eventsAt, type BsnEvent } from "bsn-client/events";
import { bsnMessages } from "bsn-client/cosmjs";
import { useFinality } from "bsn-client/react";
import { verifyTx } from "bsn-client/verify";
import type { FinalityStatusResponse, HealthResponse, QueryMsg } from "bsn-client/wire";

const bsn = createBsnClient({ rpc: "https://rpc.example", address: "app1…" });

export const certificate = (status: FinalityStatus): number | null => {
  // @ts-expect-error: only a final block has a certificate
  status.certifiedBy;
  return status.block === "final" ? status.certifiedBy : null;
};

export const power = (status: FinalityStatus): bigint | null => status.voteAtHeight.votedPower;

export const amount = (event: BsnEvent): bigint | string | number => {
  // @ts-expect-error: a height's quorum is not called finality
  if (event.type === "finalize_block") return 0;
  switch (event.type) {
    case "reward":
      return event.amount;
    case "height_quorum":
      return event.height;
    case "commit_public_randomness":
      return event.fpPubkeyHex;
    default:
      return event.blockHeight;
  }
};

export const messages = async (): Promise<EncodeObject[]> => {
  const compose = bsnMessages("app1…", "app1…");
  // @ts-expect-error: the finality provider is missing
  compose.retryOutbox();
  // @ts-expect-error: there is no such field
  compose.retryOutbox({ fp_pubkey_hex: "ab", more: 1 });
  // @ts-expect-error: there is no such message
  compose.finalize;
  return [compose.followBitcoin(), compose.unjail({ fp_pubkey_hex: "ab", signature: new Uint8Array(64) })];
};

export const asked = async (): Promise<void> => {
  const health: HealthResponse = await bsn.query<HealthResponse>({ health: {} } satisfies QueryMsg);
  const status = await bsn.query<FinalityStatusResponse>({ finality_status: { height: 1 } } satisfies QueryMsg);
  // @ts-expect-error: there is no such question
  await bsn.query({ finality: {} } satisfies QueryMsg);
  void [health, status.block === "final", await eventsAt(bsn, 1), (await verifyTx(bsn, "ab")).headers[0]?.hash];
  // @ts-expect-error: heights are numbers
  await bsn.finalityStatus(5n);
};

export const Receipt = ({ txHash }: { txHash: string }): string => {
  const finality = useFinality(bsn, { txHash });
  if (finality.state === "failed" && finality.error instanceof BsnError && finality.error.code === "resumed") return "never";
  // @ts-expect-error: a block is there only once it is final
  return String(finality.block);
};
