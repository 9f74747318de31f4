//! Whether figures level off: the one judge of every run that lasts.

/// A figure over the blocks of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Series {
    /// What it is.
    pub name: String,
    /// Block and value, in the order of the blocks.
    pub points: Vec<(u64, u64)>,
}

/// What is still no growth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Level {
    /// Up to this block everything may grow.
    pub warm: u64,
    /// By so many thousandths the second half of what follows may be above the first.
    pub per_mille: u64,
    /// And by so much besides: of a few entries one is many thousandths.
    pub slack: u64,
}

impl Level {
    /// What has not levelled off, with the block that shows it: in the second half after the warm blocks a series is
    /// higher than in the first, or there is no such half.
    pub fn complaints(self, series: &[Series]) -> Vec<String> {
        series.iter().filter_map(|one| self.complaint(one)).collect()
    }

    fn complaint(self, series: &Series) -> Option<String> {
        let warm: Vec<_> = series.points.iter().filter(|(block, _)| *block > self.warm).collect();
        let (first, second) = warm.split_at(warm.len() / 2);
        let highest = |half: &[&(u64, u64)]| half.iter().map(|(block, value)| (*value, *block)).max();
        match (highest(first), highest(second)) {
            (Some((before, _)), Some((after, _)))
                if after * 1_000 <= before * (1_000 + self.per_mille) + self.slack * 1_000 =>
            {
                None
            }
            (Some((before, then)), Some((after, block))) => {
                Some(format!("{}: {before} at block {then}, then {after} at block {block}", series.name))
            }
            _ => Some(format!("{}: too few blocks after {}", series.name, self.warm)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEVEL: Level = Level { warm: 30, per_mille: 10, slack: 2 };

    fn series(grows_by: u64) -> Vec<Series> {
        let points = (1..=23).map(|round| (10 * round, 10_000 + round * grows_by)).collect();
        let flat = (1..=23).map(|round| (10 * round, 4 + round % 3)).collect();
        vec![Series { name: "bytes".into(), points }, Series { name: "few".into(), points: flat }]
    }

    #[test]
    fn growth_is_named_and_a_level_is_not() {
        assert!(LEVEL.complaints(&series(0)).is_empty());
        assert_eq!(LEVEL.complaints(&series(50)), ["bytes: 10650 at block 130, then 11150 at block 230"]);
    }

    #[test]
    fn too_few_blocks_prove_nothing() {
        let mut short = series(0);
        short.iter_mut().for_each(|one| one.points.truncate(4));
        assert_eq!(LEVEL.complaints(&short).len(), 2);
    }
}
