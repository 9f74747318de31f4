//! Votes in the bytes of a transaction, whatever became of it.

use bsn_rpc::proto::Message;
use bsn_rpc::proto::cosmos::tx::v1beta1::TxRaw;
use prost::encoding::{DecodeContext, WireType, decode_key, decode_varint, skip_field};

use super::vote::{self, Vote};

/// How deep fields may lie in one another: a message in a transaction lies three deep, and each `MsgExec` around it adds two. The SDK
/// allows less.
const NESTED: u8 = 24;

/// All votes in a transaction. Its fields are read without asking what they mean: JSON is JSON in a message to a contract, to any
/// contract, since one may hand on another's; in a contract's first message; in x/authz, x/gov, x/group or whatever a chain adds that carries
/// messages; and in a transfer's memo, from which a chain may make a call. Which votes are genuine, their signatures say.
pub fn votes_in(tx: &[u8]) -> Vec<Vote> {
    let mut votes = Vec::new();
    if let Ok(raw) = TxRaw::decode(tx) {
        walk(&raw.body_bytes, NESTED, &mut votes);
    }
    votes
}

/// Reads a field: as JSON if it looks like that, else as a message, as far as it is one.
fn walk(field: &[u8], nested: u8, votes: &mut Vec<Vote>) {
    if field.trim_ascii_start().starts_with(b"{") {
        votes.extend(vote::votes_in(field));
    }
    let mut rest = field;
    while nested > 0 && !rest.is_empty() {
        let Ok((tag, kind)) = decode_key(&mut rest) else { return };
        if kind != WireType::LengthDelimited {
            if skip_field(kind, tag, &mut rest, DecodeContext::default()).is_err() {
                return;
            }
            continue;
        }
        let length = decode_varint(&mut rest).ok().and_then(|length| usize::try_from(length).ok());
        let Some((inner, after)) = length.and_then(|length| rest.split_at_checked(length)) else { return };
        walk(inner, nested - 1, votes);
        rest = after;
    }
}

#[cfg(test)]
mod tests;
