//! Accounts: numbers, sequences, and the keys that come with the devnet.

use std::collections::{BTreeMap, BTreeSet};

use bsn_rpc::{Key, key};

/// The words of every devnet: they guard nothing.
pub const MNEMONIC: &str = "notice oak worry limit wrap speak medal online prefer cluster roof addict wrist behave treat actual wasp year salad speed social layer crew genius";

/// What an account has that the bank does not know.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Account {
    /// Its number.
    pub number: u64,
    /// Its next sequence.
    pub sequence: u64,
    /// Its key, once it has signed.
    pub public_key: Option<Vec<u8>>,
}

/// All of them, by address.
#[derive(Debug, Clone, Default)]
pub struct Accounts {
    known: BTreeMap<String, Account>,
    /// Who pays whose fees.
    allowances: BTreeSet<(String, String)>,
}

impl Accounts {
    /// The account, which gets a number if it had none.
    pub fn of(&mut self, address: &str) -> &mut Account {
        let number = self.known.len() as u64;
        self.known.entry(address.to_owned()).or_insert_with(|| Account { number, ..Account::default() })
    }

    /// From now on `granter` pays the fees of `grantee` where a transaction asks for it.
    pub fn allow(&mut self, granter: &str, grantee: &str) {
        self.allowances.insert((granter.to_owned(), grantee.to_owned()));
    }

    /// Whether it does.
    pub fn allows(&self, granter: &str, grantee: &str) -> bool {
        self.allowances.contains(&(granter.to_owned(), grantee.to_owned()))
    }

    /// The account, if it has a number.
    pub fn get(&self, address: &str) -> Option<&Account> {
        self.known.get(address)
    }
}

/// An account whose key comes with the devnet.
#[derive(Debug, Clone)]
pub struct Named {
    /// What it is for.
    pub name: String,
    /// Its place in the path of derivation.
    pub index: u32,
    /// Its key.
    pub key: Key,
    /// Its address.
    pub address: String,
}

impl Named {
    /// The `index`th account of the devnet's words.
    ///
    /// # Errors
    /// If `prefix` is no prefix of addresses.
    pub fn derive(name: &str, index: u32, prefix: &str) -> bsn_rpc::Result<Self> {
        let key = Key::from_mnemonic(MNEMONIC, &path(index))?;
        let address = key.address(prefix)?;
        Ok(Self { name: name.to_owned(), index, key, address })
    }
}

/// The path of the `index`th account.
pub fn path(index: u32) -> String {
    let (start, _) = key::PATH.rsplit_once('/').unwrap_or((key::PATH, ""));
    format!("{start}/{index}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stand_for_the_words_accounts() {
        let first = Named::derive("alice", 0, "bbnc").unwrap();
        assert_ne!(first.address, Named::derive("bob", 1, "bbnc").unwrap().address);
        assert_eq!(path(3), "m/44'/118'/0'/0/3");
    }
}
