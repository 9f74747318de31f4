//! The lines with which the chain's own program signs and sends an unsigned transaction. Pure but for one question.

use bsn_rpc::Client;
use bsn_rpc::proto::cosmos::auth::v1beta1 as auth;
use bsn_rpc::proto::{Message, Name};

const MULTISIG: &str = "/cosmos.crypto.multisig.LegacyAminoPubKey";
const SIGNED: &str = "signed.json";

/// Whose signature an account's transactions need.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signs {
    /// One key's.
    One,
    /// Several keys'.
    Several,
    /// The chain does not know its key yet.
    Unknown,
}

impl Signs {
    /// By the type of the account's public key.
    fn of(key: Option<&str>) -> Self {
        match key {
            Some(MULTISIG) => Self::Several,
            Some(_) => Self::One,
            None => Self::Unknown,
        }
    }
}

/// What the chain knows; before its first transaction it knows no account's key.
pub fn signs(client: &Client, address: &str) -> Signs {
    let request = auth::QueryAccountRequest { address: address.to_owned() };
    let answer = client.ask("/cosmos.auth.v1beta1.Query/Account", &request);
    let account = answer.ok().and_then(|answer: auth::QueryAccountResponse| answer.account);
    let account = account.filter(|any| any.type_url == auth::BaseAccount::type_url());
    let account = account.and_then(|any| auth::BaseAccount::decode(any.value.as_slice()).ok());
    Signs::of(account.and_then(|account| account.pub_key).map(|key| key.type_url).as_deref())
}

/// Who signs, and where it is sent.
#[derive(Debug, Clone, Copy)]
pub struct Tool<'a> {
    /// The chain's own program.
    pub binary: &'a str,
    /// Whose transaction it is.
    pub from: &'a str,
    /// The chain.
    pub chain_id: &'a str,
    /// A node of it.
    pub node: &'a str,
}

impl Tool<'_> {
    /// What to call, line by line, for a transaction in `file`.
    pub fn lines(&self, signs: Signs, file: &str) -> Vec<String> {
        match signs {
            Signs::One => self.one(file),
            Signs::Several => self.several(file),
            Signs::Unknown => {
                let head = |what: &str| vec![format!("# if {} is {what}:", self.from)];
                [head("one key"), self.one(file), head("a multisig"), self.several(file)].concat()
            }
        }
    }

    fn one(&self, file: &str) -> Vec<String> {
        let Self { binary, from, chain_id, node } = self;
        let sign = format!(
            "{binary} tx sign {file} --from {from} --chain-id {chain_id} --node {node} --output-document {SIGNED}"
        );
        vec![sign, self.broadcast()]
    }

    fn several(&self, file: &str) -> Vec<String> {
        let Self { binary, from, chain_id, node } = self;
        let at = format!("--chain-id {chain_id} --node {node}");
        vec![
            format!(
                "{binary} tx sign {file} --multisig {from} --from MEMBER {at} --output-document MEMBER.json    # each member"
            ),
            format!(
                "{binary} tx multisign {file} NAME-OF-THE-MULTISIG MEMBER.json OTHER-MEMBER.json {at} --output-document {SIGNED}"
            ),
            self.broadcast(),
        ]
    }

    fn broadcast(&self) -> String {
        format!("{} tx broadcast {SIGNED} --node {}", self.binary, self.node)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOOL: Tool<'_> =
        Tool { binary: "appd", from: "app1council", chain_id: "app-1", node: "http://node" };

    #[test]
    fn one_key_signs_and_sends() {
        let lines = TOOL.lines(Signs::of(Some("/cosmos.crypto.secp256k1.PubKey")), "tx.json");
        let sign = "appd tx sign tx.json --from app1council --chain-id app-1 --node http://node --output-document signed.json";
        assert_eq!(lines, [sign, "appd tx broadcast signed.json --node http://node"]);
    }

    #[test]
    fn a_multisigs_members_sign_one_by_one_and_somebody_joins_what_they_signed() {
        let lines = TOOL.lines(Signs::of(Some(MULTISIG)), "tx.json");
        assert!(
            lines[0].starts_with("appd tx sign tx.json --multisig app1council --from MEMBER "),
            "{lines:?}"
        );
        assert!(
            lines[1].starts_with("appd tx multisign tx.json NAME-OF-THE-MULTISIG MEMBER.json "),
            "{lines:?}"
        );
        assert_eq!((lines.len(), lines[2].as_str()), (3, "appd tx broadcast signed.json --node http://node"));
    }

    #[test]
    fn of_an_account_that_never_signed_both_ways_are_said() {
        let lines = TOOL.lines(Signs::of(None), "tx.json");
        let heads: Vec<&String> = lines.iter().filter(|line| line.starts_with('#')).collect();
        assert_eq!(heads, ["# if app1council is one key:", "# if app1council is a multisig:"]);
        assert!(lines.iter().any(|line| line.contains(" --multisig app1council ")), "{lines:?}");
    }
}
