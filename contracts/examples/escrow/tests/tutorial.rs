//! That the tutorial is true.

const TUTORIAL: &str = include_str!("../README.md");

#[test]
fn each_piece_of_its_code_is_one_of_the_code_that_is_tested() {
    let mut pieces = TUTORIAL.split("```rust\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    for source in [include_str!("../src/lib.rs"), include_str!("../src/lib.rs"), include_str!("first.rs")] {
        let piece = pieces.next().expect("a piece of code");
        assert!(source.contains(piece), "{piece}");
    }
    assert_eq!(pieces.next(), None);
}

#[test]
fn it_is_short_and_brings_every_dependency() {
    let lines = include_str!("../src/lib.rs").lines().count();
    assert!(lines < 150, "{lines} lines");
    let manifest = include_str!("../Cargo.toml");
    let block = TUTORIAL.split("```text\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let added: Vec<(bool, &str)> = block
        .lines()
        .filter_map(|line| line.strip_prefix("cargo add "))
        .flat_map(|line| {
            let names = line.split(' ').take_while(|word| *word == "--dev" || !word.starts_with("--"));
            names.filter(|word| *word != "--dev").map(move |name| (line.starts_with("--dev"), name))
        })
        .map(|(dev, name)| (dev, name.split('@').next().unwrap()))
        .collect();
    for (head, dev) in [("[dependencies]\n", false), ("[dev-dependencies]\n", true)] {
        let lines = manifest.split(head).nth(1).unwrap().lines().take_while(|line| !line.starts_with('['));
        let names: Vec<&str> =
            lines.filter_map(|line| line.split(['.', ' ']).next()).filter(|name| !name.is_empty()).collect();
        assert!(!names.is_empty());
        for name in names {
            assert!(added.contains(&(dev, name)), "the tutorial does not add {name}: {added:?}");
        }
    }
    assert!(TUTORIAL.contains("`cargo test`"));
}

/// In thousands, of the rows of `cargo xtask gas`.
#[test]
fn it_says_what_a_claim_costs() {
    let snapshot = include_str!("../../../../tests/gas/snapshot.json");
    let row = |name: &str| -> u64 {
        let (_, rest) = snapshot.split_once(&format!("\"{name}\": ")).unwrap();
        rest.split(',').next().unwrap().parse().unwrap()
    };
    let (pinned, not) = (row("escrow_claim"), row("escrow_claim_unpinned"));
    let thousands = |gas: u64| format!("{},000", (gas + 500) / 1_000);
    let claim = format!(
        "costs {} gas where the code of `bsn` is pinned, and {} where",
        thousands(pinned),
        thousands(not)
    );
    assert!(TUTORIAL.contains(&claim), "{claim}");
    assert!(TUTORIAL.contains(&format!("{} more", thousands(not - pinned))));
}
