use crate::{CompactTarget, Target, U256};

/// Which Bitcoin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Network {
    /// The one with value.
    Mainnet,
    /// The third test network; `testnet` on the wire.
    Testnet3,
    /// The fourth test network (BIP-94).
    Testnet4,
    /// The test network whose blocks are signed (BIP-325); the signature is not in the header.
    Signet,
    /// A private one, whose blocks cost two hashes.
    Regtest,
}

/// The numbers in which the networks' header rules differ (Bitcoin Core, `kernel/chainparams.cpp`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Params {
    /// The easiest target there is (`powLimit`).
    pub limit: Target,
    /// Whether a block 20 minutes after its parent may take the easiest target
    /// (`fPowAllowMinDifficultyBlocks`).
    pub min_difficulty_blocks: bool,
    /// Whether the target changes every 2,016 blocks (not `fPowNoRetargeting`).
    pub retargets: bool,
    /// Whether BIP-94 holds: retargeting starts from the period's first block, whose time may lie at
    /// most 600 seconds before its parent's (`enforce_BIP94`).
    pub bip94: bool,
    /// From which height on a version below 2 is refused (BIP-34).
    pub bip34_height: u32,
    /// From which height on a version below 3 is refused (BIP-66).
    pub bip66_height: u32,
    /// From which height on a version below 4 is refused (BIP-65).
    pub bip65_height: u32,
}

impl Params {
    /// The easiest target in its compact form.
    pub fn limit_bits(&self) -> CompactTarget {
        self.limit.compact()
    }
}

const fn limit(high: u128, low: u128) -> Target {
    Target::new(U256::from_halves(high, low))
}

impl Network {
    /// The networks by their names on the wire.
    pub const ALL: [(&'static str, Self); 5] = [
        ("mainnet", Self::Mainnet),
        ("testnet", Self::Testnet3),
        ("testnet4", Self::Testnet4),
        ("signet", Self::Signet),
        ("regtest", Self::Regtest),
    ];

    /// The network of that name on the wire: `mainnet`, `testnet`, `testnet4`, `signet` or `regtest`.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find_map(|(text, network)| (text == name).then_some(network))
    }

    /// The name on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Mainnet => "mainnet",
            Self::Testnet3 => "testnet",
            Self::Testnet4 => "testnet4",
            Self::Signet => "signet",
            Self::Regtest => "regtest",
        }
    }

    /// The numbers of this network.
    ///
    /// Regtest takes the laxer version heights of btcd, which Babylon's nodes use, instead of Bitcoin
    /// Core's: what Babylon accepts there must not be refused here.
    pub const fn params(self) -> Params {
        let mainnet = Params {
            limit: limit(0x0000_0000_ffff_ffff_ffff_ffff_ffff_ffff, u128::MAX),
            min_difficulty_blocks: false,
            retargets: true,
            bip94: false,
            bip34_height: 227_931,
            bip66_height: 363_725,
            bip65_height: 388_381,
        };
        match self {
            Self::Mainnet => mainnet,
            Self::Testnet3 => Params {
                min_difficulty_blocks: true,
                bip34_height: 21_111,
                bip66_height: 330_776,
                bip65_height: 581_885,
                ..mainnet
            },
            Self::Testnet4 => Params {
                min_difficulty_blocks: true,
                bip94: true,
                bip34_height: 1,
                bip66_height: 1,
                bip65_height: 1,
                ..mainnet
            },
            Self::Signet => Params {
                limit: limit(0x0000_0377_ae00_0000_0000_0000_0000_0000, 0),
                bip34_height: 1,
                bip66_height: 1,
                bip65_height: 1,
                ..mainnet
            },
            Self::Regtest => Params {
                limit: limit(u128::MAX >> 1, u128::MAX),
                min_difficulty_blocks: true,
                retargets: false,
                bip34_height: 100_000_000,
                bip66_height: 1_251,
                bip65_height: 1_351,
                ..mainnet
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_equal_rust_bitcoins() {
        use bitcoin::Network as Theirs;
        for (ours, theirs) in [
            (Network::Mainnet, Theirs::Bitcoin),
            (Network::Testnet3, Theirs::Testnet),
            (Network::Signet, Theirs::Signet),
            (Network::Regtest, Theirs::Regtest),
        ] {
            let (ours, theirs) = (ours.params(), theirs.params());
            let compact = theirs.max_attainable_target.to_compact_lossy().to_consensus();
            assert_eq!(ours.limit_bits().get(), compact);
            assert_eq!(ours.min_difficulty_blocks, theirs.allow_min_difficulty_blocks);
            assert_eq!(ours.retargets, !theirs.no_pow_retargeting);
            let heights = [ours.bip34_height, ours.bip65_height, ours.bip66_height];
            assert_eq!(heights, [theirs.bip34_height, theirs.bip65_height, theirs.bip66_height]);
        }
    }

    /// `CTestNet4Params` of Bitcoin Core; rust-bitcoin's are compared above where it has the network.
    #[test]
    fn testnet4_has_every_rule_from_its_first_block_on() {
        let Params { bip34_height, bip65_height, bip66_height, bip94, .. } = Network::Testnet4.params();
        assert_eq!((bip34_height, bip65_height, bip66_height, bip94), (1, 1, 1, true));
    }

    #[test]
    fn names_round_trip() {
        for (name, network) in Network::ALL {
            assert_eq!((network.name(), Network::from_name(name)), (name, Some(network)));
        }
        assert_eq!(Network::from_name("Mainnet"), None);
    }
}
