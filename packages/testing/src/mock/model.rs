use bsn_client::{
    Amount, BlockFinality, Certificate, FinalityStatus, LastFinalBlock, SkipReason, VoteState, VoteStatus,
};
use serde::{Deserialize, Serialize};

/// What happens to the mock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// This block becomes final.
    Finalize {
        /// Its height.
        height: u64,
    },
    /// The chain goes on to this height; nobody votes.
    Stall {
        /// The height.
        height: u64,
    },
    /// The chain loses its hooks at this height.
    Hole {
        /// The height.
        height: u64,
    },
    /// Governance lets finality go on without a quorum, up to this height.
    Resume {
        /// The height.
        through: u64,
    },
    /// What is below this height is forgotten.
    Forget {
        /// The height.
        below: u64,
    },
    /// A version before 0.3.0 passed this height and what is below.
    Upgrade {
        /// The height.
        height: u64,
    },
    /// A finality provider is slashed: its power is gone.
    Slash {
        /// Its key.
        fp_pubkey_hex: String,
        /// Its power.
        power: Amount,
    },
}

/// What the contract would know. Every height up to the cursor has quorum, but for those named.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Model {
    tip: u64,
    cursor: u64,
    holes: Vec<u64>,
    resumed: Vec<u64>,
    floor: u64,
    /// Final blocks up to this height have no certificate that is named.
    unnamed: u64,
    power: Amount,
}

impl Model {
    /// A chain whose finality begins at a height.
    pub fn new(first: u64) -> Self {
        let before = first.saturating_sub(1);
        let power = Amount(300);
        Self {
            tip: before,
            cursor: before,
            holes: Vec::new(),
            resumed: Vec::new(),
            floor: first.max(1),
            unnamed: 0,
            power,
        }
    }

    /// The last height that the chain has seen.
    pub const fn tip(&self) -> u64 {
        self.tip
    }

    /// Whether a hook saw this height.
    pub fn is_anchored(&self, height: u64) -> bool {
        height >= self.floor && height <= self.tip && !self.holes.contains(&height)
    }

    /// Does what is said, or says why it cannot be.
    pub fn change(&mut self, change: &Change) -> Result<(), String> {
        match change {
            Change::Finalize { height } => {
                let certificate = (height.saturating_add(1)..).find(|by| !self.holes.contains(by));
                self.cursor = self.cursor.max(certificate.unwrap_or(u64::MAX));
                self.tip = self.tip.max(self.cursor);
            }
            Change::Stall { height } => self.tip = self.tip.max(*height),
            Change::Hole { height } if *height <= self.cursor => {
                return Err(format!("height {height} has its quorum already"));
            }
            Change::Hole { height } => self.holes.push(*height),
            Change::Resume { through } if *through <= self.cursor => {
                return Err(format!("finality has passed height {through} already"));
            }
            Change::Resume { through } => {
                self.resumed.extend(self.cursor.saturating_add(1)..=*through);
                self.cursor = *through;
                self.tip = self.tip.max(*through);
            }
            Change::Forget { below } => self.floor = self.floor.max(*below),
            Change::Upgrade { height } => self.unnamed = self.unnamed.max(*height),
            Change::Slash { power, .. } => self.power = Amount(self.power.0.saturating_sub(power.0)),
        }
        Ok(())
    }

    fn has_quorum(&self, height: u64) -> bool {
        height <= self.cursor && self.is_anchored(height) && !self.resumed.contains(&height)
    }

    /// The highest height with quorum; it says nothing of that block.
    pub fn last_quorum(&self) -> Option<u64> {
        (self.floor..=self.cursor).rev().find(|height| self.has_quorum(*height))
    }

    /// The highest final block that a hook saw.
    pub fn last_final(&self) -> Option<u64> {
        let is_final =
            |height: &u64| self.is_anchored(*height) && self.block(*height).0 == BlockFinality::Final;
        (self.floor..=self.cursor).rev().find(is_final)
    }

    /// What the block is, and the height whose quorum makes it so, with the lowest height of the gap below that.
    fn block(&self, height: u64) -> (BlockFinality, Option<(u64, u64)>) {
        let anchored = (height.max(self.floor)..=self.tip).find(|above| self.is_anchored(*above));
        let Some(anchored) = anchored.filter(|_| height >= self.floor) else {
            return (BlockFinality::Unknown, None);
        };
        let is_resumed =
            |from: u64, to: u64| self.resumed.iter().any(|resumed| (from..=to).contains(resumed));
        let Some(by) = (anchored + 1..=self.cursor).find(|by| self.has_quorum(*by)) else {
            let resumed = is_resumed(height, self.cursor);
            return (if resumed { BlockFinality::Resumed } else { BlockFinality::Pending }, None);
        };
        let gap = (self.floor..by).rev().take_while(|below| !self.has_quorum(*below)).last().unwrap_or(by);
        let resumed = is_resumed(height.max(gap), by);
        (if resumed { BlockFinality::Resumed } else { BlockFinality::Final }, Some((by, gap)))
    }

    fn certificate(&self, by: u64, gap: u64) -> Certificate {
        let unbroken = (self.floor..=by).rev().take_while(|below| self.has_quorum(*below)).last();
        Certificate {
            total_power: self.power,
            voted_power: Some(self.power),
            ranked_power: Some(self.power),
            unbroken_since: if gap < by { Some(by) } else { unbroken },
        }
    }

    fn vote(&self, height: u64) -> VoteStatus {
        let none = VoteStatus { state: VoteState::None, reason: None, voted_power: None, total_power: None };
        let skipped = |why| VoteStatus { state: VoteState::Skipped, reason: Some(why), ..none.clone() };
        let open = |state, voted| VoteStatus {
            state,
            voted_power: Some(Amount(voted)),
            total_power: Some(self.power),
            ..none.clone()
        };
        match height {
            0 => none,
            _ if height < self.floor => VoteStatus { state: VoteState::Pruned, ..none },
            _ if height > self.tip => none,
            _ if self.holes.contains(&height) => skipped(SkipReason::HookLost),
            _ if self.resumed.contains(&height) => skipped(SkipReason::Resumed),
            _ if self.has_quorum(height) => open(VoteState::Quorum, self.power.0),
            _ => open(VoteState::Open, 0),
        }
    }

    /// As `finality_status` answers.
    pub fn status(&self, height: u64) -> FinalityStatus {
        let (block, by) = self.block(height);
        let by = by.filter(|_| block != BlockFinality::Final || height > self.unnamed);
        let seen = self.is_anchored(height);
        FinalityStatus {
            height,
            block,
            certified_by: by.map(|(by, _)| by),
            vote: self.vote(height),
            gap_before: by.map(|(by, gap)| by - gap),
            certificate: by.map(|(by, gap)| self.certificate(by, gap)),
            block_hash_hex: seen.then(|| hex(&block_hash(height))),
            app_hash_hex: seen.then(|| hex(&app_hash(height))),
        }
    }

    /// As `last_final_block` answers.
    pub fn last_final_block(&self) -> Option<LastFinalBlock> {
        let height = self.last_final()?;
        let (_, by) = self.block(height);
        let (by, gap) = by?;
        let certificate = Some(self.certificate(by, gap));
        Some(LastFinalBlock {
            height,
            block_hash_hex: hex(&block_hash(height)),
            certified_by: by,
            certificate,
        })
    }

    /// The record of finality, with something behind that is not for others.
    pub fn record(&self) -> Vec<u8> {
        let heights = [self.last_quorum(), self.last_final()].map(Option::unwrap_or_default);
        [&heights[0].to_be_bytes()[..], &heights[1].to_be_bytes(), b"not for others"].concat()
    }

    /// A height's anchor, with something behind that is not for others.
    pub fn anchor(height: u64) -> Vec<u8> {
        [&app_hash(height)[..], &block_hash(height), b"not for others"].concat()
    }
}

fn hash(kind: u8, height: u64) -> [u8; 32] {
    let mut hash = [kind; 32];
    hash.iter_mut().zip(height.to_be_bytes()).for_each(|(to, from)| *to = from);
    hash
}

/// The hash of the mock's block at a height.
pub fn block_hash(height: u64) -> [u8; 32] {
    hash(0xbb, height)
}

fn app_hash(height: u64) -> [u8; 32] {
    hash(0xaa, height)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
