//! A committee of 6 of 9, a wallet's coin, and a Bitcoin that answers as esplora does.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::io;
use std::rc::Rc;

use api::btc_staking::{Family, ParamsResponse, ParamsVersion};
use bitcoin_spv::{OutPoint, Output, Transaction};
use bsn_cli::bitcoin::Ledger;
use bsn_cli::committee::allowance::Allowance;
use bsn_cli::committee::member::{Member, Refused, Registry};
use bsn_cli::committee::record::{Head, Record, fresh};
use bsn_cli::committee::terms::Versions;
use bsn_cli::committee::{Request, ShareFile};
use bsn_cli::stake::make::{Plan, make};
use bsn_cli::stake::tx::Coin;
use bsn_cli::vote::state::Disk;
use covenant::{Share, XOnlyKey};
use eots::SecretKey;
use prost::Message;
use proto::btcstaking::ActiveBtcDelegation;

use crate::bitcoin::Shared;
use crate::chain::Both;
use crate::common::maker::{Maker, coin, key, transaction};
use crate::serve::esplora;

pub const CHAIN: &str = "app-1";

/// A disk in memory, which fails where it is told to.
#[derive(Clone, Default)]
pub struct Memory {
    pub bytes: Rc<RefCell<Vec<u8>>>,
    pub fails: bool,
}

impl Disk for Memory {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.bytes.borrow_mut().extend(bytes);
        Ok(())
    }

    fn confirm(&mut self) -> io::Result<()> {
        if self.fails { Err(io::Error::other("full")) } else { Ok(()) }
    }
}

/// Those who are registered.
pub struct Named(pub BTreeSet<XOnlyKey>);

impl Registry for Named {
    fn is_registered(&self, fp: &XOnlyKey) -> Result<bool, String> {
        Ok(self.0.contains(fp))
    }
}

pub fn versions(all: &[(u32, &Maker)]) -> Versions {
    Versions::of_text(&params(all)).unwrap()
}

/// As the contract answers them.
pub fn params(all: &[(u32, &Maker)]) -> String {
    let versions =
        all.iter().map(|(version, maker)| ParamsVersion { version: *version, ..maker.wire() }).collect();
    let answer = ParamsResponse { family: Family::Own, versions };
    serde_json::to_string(&answer).unwrap()
}

/// A wallet's coin of so many sats, in a block.
pub fn funded(both: &Both, n: u32, sats: u64) -> Coin {
    let output = Output { value: sats, script: [&[0, 20][..], &[9; 20]].concat() };
    let tx = transaction(&[coin(n)], std::slice::from_ref(&output));
    both.mine(&[&tx]);
    Coin { at: OutPoint { txid: Transaction::parse(&tx).unwrap().txid, index: 0 }, output }
}

pub struct Stage {
    pub maker: Maker,
    pub both: Both,
    pub net: Shared,
    pub named: Named,
}

impl Stage {
    pub fn new() -> Self {
        let maker = Maker::new();
        let both = Both::new(&maker);
        let (net, named) = (both.net.clone(), Named([key(&maker.fp)].into()));
        Self { maker, both, net, named }
    }

    pub fn plan(&self, coins: Vec<Coin>) -> Plan<'_> {
        Plan {
            terms: (1, &self.maker.params),
            fps: vec![key(&self.maker.fp)],
            sats: self.maker.sats,
            time: self.maker.time,
            coins,
            change: Some([&[0, 20][..], &[8; 20]].concat()),
            fee: 700,
            start: 1_001.into(),
        }
    }

    pub fn item(&self) -> Vec<u8> {
        make(&self.plan(vec![funded(&self.both, 1, 1_200_000)]), &self.maker.staker).unwrap()
    }

    pub fn record(&self, disk: Memory, member: &SecretKey) -> Record<Memory> {
        fresh(disk, &Head { chain_id: CHAIN.to_owned(), member: key(member) })
    }

    pub fn member<'a>(
        &'a self,
        member: &SecretKey,
        bitcoin: &'a dyn Ledger,
        disk: Memory,
    ) -> Member<'a, Memory, Named, dyn Ledger + 'a> {
        Member {
            key: member.clone(),
            chain_id: CHAIN.to_owned(),
            versions: versions(&[(1, &self.maker)]),
            registry: &self.named,
            bitcoin,
            record: self.record(disk, member),
            allowance: Allowance::NONE,
        }
    }

    /// Of the first member.
    pub fn refused(&self, item: &[u8]) -> Refused {
        let bitcoin = esplora(&self.net);
        let disk = Memory::default();
        let mut member = self.member(&self.maker.members[0], &bitcoin, disk.clone());
        let refused = member.sign(&Request::new(CHAIN, item)).unwrap_err();
        assert!(disk.bytes.borrow().is_empty(), "nothing was noted");
        refused
    }

    /// Of so many members, through their files.
    pub fn shares(&self, item: &[u8], count: usize) -> Vec<Share> {
        let bitcoin = esplora(&self.net);
        let of = |secret: &SecretKey| {
            let request = serde_json::to_string(&Request::new(CHAIN, item)).unwrap();
            let request = Request::read(&request).unwrap();
            let (stake, share) = self.member(secret, &bitcoin, Memory::default()).sign(&request).unwrap();
            let file = serde_json::to_string(&ShareFile::new(CHAIN, &stake, &share)).unwrap();
            let (_, of, read) = ShareFile::read(&file).unwrap();
            assert_eq!((of, &read), (stake, &share));
            read
        };
        self.maker.members[..count].iter().map(of).collect()
    }

    pub fn versions(&self) -> Versions {
        versions(&[(1, &self.maker)])
    }
}

pub fn changed(item: &[u8], change: impl FnOnce(&mut ActiveBtcDelegation)) -> Vec<u8> {
    let mut item = ActiveBtcDelegation::decode(item).unwrap();
    change(&mut item);
    item.encode_to_vec()
}
