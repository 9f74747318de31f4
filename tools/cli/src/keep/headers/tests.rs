use std::cell::Cell;

use super::*;

/// A chain of headers above a height, each the child of the one before.
#[derive(Clone)]
struct Branch {
    first: u32,
    headers: Vec<[u8; 80]>,
}

impl Branch {
    fn new(first: u32, count: u32) -> Self {
        Self { first, headers: Vec::new() }.grown(count, 0)
    }

    /// With so many more, told from others by a number.
    fn grown(mut self, count: u32, number: u8) -> Self {
        for _ in 0..count {
            let mut header = [number; 80];
            let parent = self.headers.last().map(hash_of).unwrap_or_default();
            header[4..36].copy_from_slice(&parent);
            header[40] = u8::try_from(self.headers.len() % 251).unwrap();
            self.headers.push(header);
        }
        self
    }

    fn upto(mut self, height: u32) -> Self {
        self.headers.truncate((height - self.first + 1) as usize);
        self
    }

    fn tip(&self) -> u32 {
        self.first + self.headers.len() as u32 - 1
    }

    fn at(&self, height: u32) -> Option<&[u8; 80]> {
        self.headers.get(height.checked_sub(self.first)? as usize)
    }
}

struct Light {
    chain: Branch,
    lowest: u32,
}

impl Ours for Light {
    fn base(&self) -> (u32, Hash) {
        (self.chain.first, hash_of(&self.chain.headers[0]))
    }

    fn lowest(&self) -> u32 {
        self.lowest
    }

    fn tip(&self) -> u32 {
        self.chain.tip()
    }

    fn hash_at(&self, height: u32) -> Result<Hash, String> {
        assert!(height >= self.lowest, "{height} is kept no more");
        self.chain.at(height).map(hash_of).ok_or_else(|| format!("no {height}"))
    }
}

struct Esplora {
    chain: Branch,
    lies: fn(&mut Vec<(Hash, [u8; 80])>),
    asked: Cell<u32>,
}

impl Theirs for Esplora {
    fn name(&self) -> String {
        "http://esplora".to_owned()
    }

    fn tip(&self) -> Result<u32, String> {
        Ok(self.chain.tip())
    }

    fn hash_at(&self, height: u32) -> Result<Hash, String> {
        self.asked.set(self.asked.get() + 1);
        self.chain.at(height).map(hash_of).ok_or_else(|| format!("no block {height}"))
    }

    fn headers(&self, from: u32, count: u32) -> Result<Vec<(Hash, [u8; 80])>, String> {
        let mut found = (from..from + count)
            .map(|height| {
                self.chain
                    .at(height)
                    .map(|header| (hash_of(header), *header))
                    .ok_or_else(|| format!("no {height}"))
            })
            .collect::<Result<_, _>>()?;
        (self.lies)(&mut found);
        Ok(found)
    }
}

fn light(chain: Branch) -> Light {
    Light { lowest: chain.first, chain }
}

fn esplora(chain: Branch) -> Esplora {
    Esplora { chain, lies: |_| (), asked: Cell::new(0) }
}

fn found(ours: Branch, theirs: Branch, most: u32) -> Option<(u32, usize)> {
    let found = missing(&light(ours), &esplora(theirs), most).unwrap();
    found.map(|missing| (missing.fork, missing.headers.len()))
}

#[test]
fn what_lies_above_our_tip_is_missing_in_portions() {
    let chain = Branch::new(100, 300);
    assert_eq!(found(chain.clone(), chain.clone(), 50), None);
    assert_eq!(found(chain.clone().upto(390), chain.clone(), 50), Some((390, 9)));
    assert_eq!(found(chain.clone().upto(200), chain.clone(), 50), Some((200, 50)));
    assert_eq!(found(chain.clone(), chain.clone().upto(200), 50), None, "a source that lags");
    assert_eq!(found(chain.clone().upto(100), chain, 50), Some((100, 50)), "only the base");
}

#[test]
fn a_longer_branch_replaces_ours_in_one_message_and_a_shorter_one_waits() {
    let common = Branch::new(100, 300);
    for depth in [1, 2, 3, 10, 64, 200] {
        let (ours, longer) = (common.clone().grown(depth, 1), common.clone().grown(depth + 1, 2));
        assert_eq!(found(ours.clone(), longer, 5), Some((399, depth as usize + 1)), "{depth}");
        for shorter in [1, depth] {
            assert_eq!(found(ours.clone(), common.clone().grown(shorter, 2), 5), None, "{depth}, {shorter}");
        }
    }
    let ours = common.clone().grown(3, 1);
    assert_eq!(found(ours, common.grown(100, 2), 50), Some((399, 50)));
}

#[test]
fn the_fork_is_found_with_few_questions() {
    let common = Branch::new(100, 1_000);
    let (ours, theirs) = (light(common.clone().grown(300, 1)), esplora(common.grown(301, 2)));
    missing(&ours, &theirs, 5).unwrap().unwrap();
    assert!(theirs.asked.get() < 25, "{}", theirs.asked.get());
}

#[test]
fn another_bitcoin_is_named_with_both_hashes() {
    let (ours, other) = (Branch::new(100, 10), Branch { first: 100, headers: vec![] }.grown(20, 9));
    let (one, two) = (shown(&hash_of(&ours.headers[0])), shown(&hash_of(&other.headers[0])));
    let said = missing(&light(ours.clone()), &esplora(other), 5).unwrap_err();
    assert_eq!(
        said,
        format!(
            "http://esplora serves another Bitcoin: its block 100 is {two}, and the light client began with {one}"
        )
    );
    let said = missing(&light(ours), &esplora(Branch::new(10, 20)), 5).unwrap_err();
    assert_eq!(said, "http://esplora is at 29, below the header 100 that the light client began with");
}

#[test]
fn a_branch_below_what_is_kept_is_not_looked_for() {
    let common = Branch::new(100, 50);
    let ours = Light { lowest: 160, chain: common.clone().grown(100, 1) };
    let said = missing(&ours, &esplora(common.grown(200, 2)), 5).unwrap_err();
    assert_eq!(
        said,
        "http://esplora has left our chain below 160, the lowest header that the light client keeps"
    );
}

#[test]
fn a_source_that_lies_is_named() {
    let chain = Branch::new(100, 20);
    let says = |lies: fn(&mut Vec<(Hash, [u8; 80])>)| {
        let theirs = Esplora { lies, ..esplora(chain.clone()) };
        missing(&light(chain.clone().upto(105)), &theirs, 5).unwrap_err()
    };
    let said = says(|found| found[2].1[70] ^= 1);
    assert!(said.starts_with("http://esplora is wrong: it says that header 108 has the hash "), "{said}");
    let said = says(|found| {
        found[2].1[5] ^= 1;
        found[2].0 = hash_of(&found[2].1);
    });
    assert!(
        said.starts_with("http://esplora does not serve one chain: its block 108 does not follow"),
        "{said}"
    );
}

#[test]
fn hashes_are_shown_backwards() {
    let mut hash = [0; 32];
    hash[31] = 0xab;
    assert!(shown(&hash).starts_with("ab00") && parse(&shown(&hash)) == Some(hash));
    assert_eq!(parse("Block not found"), None);
}

#[test]
fn a_branch_that_lost_does_not_wait_until_enough_is_missing() {
    let missing = |fork, our_tip, their_tip| Missing {
        fork,
        our_tip,
        their_tip,
        headers: vec![],
        source: String::new(),
    };
    assert!(missing(10, 10, 11).is_due(1) && !missing(10, 10, 15).is_due(6) && missing(10, 10, 16).is_due(6));
    assert!(missing(9, 10, 11).is_due(6));
}
