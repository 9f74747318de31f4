// An account of a devnet that signs with cosmjs, as a dApp's user does. Of cosmjs only what signs: what it asks a chain, the tests
// ask by hand.
import { DirectSecp256k1HdWallet, encodePubkey, makeAuthInfoBytes, makeSignDoc, Registry } from "@cosmjs/proto-signing";
import { BaseAccount } from "cosmjs-types/cosmos/auth/v1beta1/auth";
import { QueryAccountRequest, QueryAccountResponse } from "cosmjs-types/cosmos/auth/v1beta1/query";
import { TxRaw } from "cosmjs-types/cosmos/tx/v1beta1/tx";
import { MsgExecuteContract } from "cosmjs-types/cosmwasm/wasm/v1/tx";

const base64 = (bytes) => Buffer.from(bytes).toString("base64");
const registry = new Registry([["/cosmwasm.wasm.v1.MsgExecuteContract", MsgExecuteContract]]);

/** The first account of a devnet's words; `devnet` is what `bsn devnet --json` prints. */
export const walletOf = async ({ mnemonic, prefix, denom, chain_id, endpoints }) => {
  const wallet = await DirectSecp256k1HdWallet.fromMnemonic(mnemonic, { prefix });
  const [{ address, pubkey }] = await wallet.getAccounts();
  const account = async () => {
    const data = Buffer.from(QueryAccountRequest.encode({ address }).finish()).toString("hex");
    const params = { path: "/cosmos.auth.v1beta1.Query/Account", data };
    const answer = await fetch(endpoints.chain, { method: "POST", body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "abci_query", params }) });
    const { result } = await answer.json();
    return BaseAccount.decode(QueryAccountResponse.decode(Buffer.from(result.response.value, "base64")).account.value);
  };
  /** The bytes of a signed transaction. */
  const sign = async (messages) => {
    const { accountNumber, sequence } = await account();
    const bodyBytes = registry.encode({ typeUrl: "/cosmos.tx.v1beta1.TxBody", value: { messages } });
    const key = encodePubkey({ type: "tendermint/PubKeySecp256k1", value: base64(pubkey) });
    const authInfoBytes = makeAuthInfoBytes([{ pubkey: key, sequence: Number(sequence) }], [{ denom, amount: "5000" }], 1_000_000, undefined, undefined);
    const { signature } = await wallet.signDirect(address, makeSignDoc(bodyBytes, authInfoBytes, chain_id, Number(accountNumber)));
    return TxRaw.encode({ bodyBytes, authInfoBytes, signatures: [Buffer.from(signature.signature, "base64")] }).finish();
  };
  return { address, sign };
};
