//! Votes in the bytes of a transaction, whatever became of it.

use bsn_rpc::proto::cosmos::authz::v1beta1::MsgExec;
use bsn_rpc::proto::cosmos::gov::v1::MsgSubmitProposal;
use bsn_rpc::proto::cosmos::tx::v1beta1::{TxBody, TxRaw};
use bsn_rpc::proto::cosmwasm::wasm::v1::MsgExecuteContract;
use bsn_rpc::proto::{Any, Message, Name};

use super::vote::{self, Vote};

/// How deep messages may lie in one another; the SDK allows less.
const NESTED: u8 = 8;

/// All votes in a transaction: of messages to any contract, since one may hand on another's, and of messages that lie in
/// x/authz's `MsgExec` or in a proposal. Which of them are genuine, their signatures say.
pub fn votes_in(tx: &[u8]) -> Vec<Vote> {
    let body = TxRaw::decode(tx).ok().and_then(|raw| TxBody::decode(raw.body_bytes.as_slice()).ok());
    let mut votes = Vec::new();
    body.unwrap_or_default().messages.iter().for_each(|any| read(any, NESTED, &mut votes));
    votes
}

fn read(any: &Any, nested: u8, votes: &mut Vec<Vote>) {
    let value = any.value.as_slice();
    let inner = match any.type_url.as_str() {
        url if url == MsgExecuteContract::type_url() => {
            votes.extend(
                MsgExecuteContract::decode(value).map(|it| vote::votes_in(&it.msg)).unwrap_or_default(),
            );
            return;
        }
        url if url == MsgExec::type_url() => MsgExec::decode(value).map(|it| it.msgs),
        url if url == MsgSubmitProposal::type_url() => MsgSubmitProposal::decode(value).map(|it| it.messages),
        _ => return,
    };
    if nested > 0 {
        inner.unwrap_or_default().iter().for_each(|any| read(any, nested - 1, votes));
    }
}

#[cfg(test)]
mod tests;
