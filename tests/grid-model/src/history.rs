//! A history of two branches: what happened in which block. It prints as a table.

use std::fmt;

use crate::chain::Chain;
use crate::event::Event;
use crate::fork::{End, Fault, judge};
use crate::provider::Role;
use crate::rules::{Rules, Scale};

/// What happens in one block.
pub type Happening = (u64, Vec<Event>);

/// A world: rules, sizes, and whom there is.
#[derive(Debug, Clone)]
pub struct World {
    /// The rules.
    pub rules: Rules,
    /// The sizes.
    pub scale: Scale,
    /// The FPs.
    pub cast: Vec<Role>,
}

/// A history of two branches.
#[derive(Debug, Clone)]
pub struct History {
    /// Where it happens.
    pub world: World,
    /// The first block that differs.
    pub fork: u64,
    /// The last block.
    pub end: u64,
    /// What happens below the fork.
    pub common: Vec<Happening>,
    /// What happens from there on, on each branch.
    pub branches: [Vec<Happening>; 2],
}

impl History {
    /// The two branches after the last block.
    pub fn play(&self) -> [Chain; 2] {
        let World { rules, scale, cast } = &self.world;
        let mut chain = Chain::new(cast);
        let step = |chain: &mut Chain, happenings: &[Happening]| {
            let height = chain.height + 1;
            let events =
                happenings.iter().find(|(at, _)| *at == height).map_or(&[][..], |(_, events)| events);
            chain.apply(rules, scale, events, &|_, _, _| true);
        };
        while chain.height + 1 < self.fork {
            step(&mut chain, &self.common);
        }
        chain.part();
        self.branches.each_ref().map(|happenings| {
            let mut branch = chain.clone();
            while branch.height < self.end {
                step(&mut branch, happenings);
            }
            branch
        })
    }

    /// What is wrong with it.
    pub fn fault(&self) -> Option<Fault> {
        let World { rules, scale, .. } = &self.world;
        let [a, b] = self.play().map(|chain| End::of(rules, scale, self.fork, &chain));
        judge(rules, self.fork, &a, &b)
    }
}

impl fmt::Display for History {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (id, role) in self.world.cast.iter().enumerate() {
            let when = if role.staked { "" } else { ", not yet staked" };
            writeln!(f, "FP {id}: stake {}{when}, randomness to {}", role.stake, role.covered)?;
        }
        let ends = self.play();
        writeln!(f, "{:>6} | {:44} | B", "block", "A")?;
        for height in 1..=self.end {
            let cells = [0, 1].map(|branch| self.cell(branch, height, &ends[branch]));
            if height == self.fork {
                writeln!(f, "-------+-{:-<44}-+-{:-<44}", "", "")?;
            }
            if cells.iter().all(String::is_empty) && height != self.fork {
                continue;
            }
            let [a, b] = if height < self.fork { [cells[0].clone(), "the same".into()] } else { cells };
            writeln!(f, "{}", format!("{height:>6} | {a:44} | {b}").trim_end())?;
        }
        match self.fault() {
            Some(fault) => write!(f, "{fault}"),
            None => write!(f, "nothing is wrong"),
        }
    }
}

impl History {
    fn cell(&self, branch: usize, height: u64, end: &Chain) -> String {
        let happenings = if height < self.fork { &self.common } else { &self.branches[branch] };
        let mut words: Vec<String> = happenings
            .iter()
            .filter(|(at, _)| *at == height)
            .flat_map(|(_, events)| events.iter().map(ToString::to_string))
            .collect();
        let closing = end.closings.iter().find(|closing| closing.grid == height);
        if let Some(closing) = closing {
            let of: Vec<String> =
                closing.committee.powers().map(|(id, power)| format!("{id}:{power}")).collect();
            words.push(format!("closes, of {}", of.join(" ")));
        } else if self.world.scale.is_grid(height) && end.root.is_some_and(|root| root < height) {
            words.push("open".into());
        }
        words.join(", ")
    }
}
