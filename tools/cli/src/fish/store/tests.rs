use super::*;
use crate::fish::vote::tests::vote;

fn path(name: &str) -> PathBuf {
    let path = std::env::temp_dir().join(format!("bsn-fish-{name}-{}", std::process::id()));
    let _ = std::fs::remove_file(&path);
    path
}

fn open(path: &Path) -> (Store, Vec<Vote>) {
    Store::open(path, "app-1", "app1contract", 3).unwrap()
}

#[test]
fn votes_are_there_again_after_a_restart_and_a_cut_line_costs_one() {
    let path = path("restart");
    let votes: Vec<Vote> = (1..=3).map(|height| vote(1, height, 7)).collect();
    let net = Net::new(3);
    let (mut store, none) = open(&path);
    store.add(&votes, &net).unwrap();
    drop(store);
    assert_eq!((none, open(&path).1), (vec![], votes.clone()));
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, &text[..text.trim_end().len() - 30]).unwrap();
    let (mut store, kept) = open(&path);
    assert_eq!(kept, votes[..2]);
    store.add(&votes[2..], &net).unwrap();
    assert_eq!(open(&path).1, votes, "what is written behind the cut is whole");
    std::fs::remove_file(path).unwrap();
}

#[test]
fn the_file_is_bounded() {
    let path = path("bounded");
    let (mut store, mut net) = (open(&path).0, Net::new(3));
    for height in 1..=40 {
        net.take(vote(1, height, 7));
        store.add(&[vote(1, height, 7)], &net).unwrap();
        let lines = std::fs::read_to_string(&path).unwrap().lines().count();
        assert!(lines <= 9, "{lines} lines for three votes");
    }
    let kept = open(&path).1;
    assert!(kept.ends_with(&[vote(1, 38, 7), vote(1, 39, 7), vote(1, 40, 7)]));
    std::fs::remove_file(path).unwrap();
}

#[test]
fn a_file_of_another_chain_is_refused_and_left_alone() {
    let path = path("other");
    open(&path).0.add(&[vote(1, 1, 7)], &Net::new(3)).unwrap();
    let before = std::fs::read(&path).unwrap();
    let said = Store::open(&path, "app-2", "app1contract", 3).unwrap_err().to_string();
    assert_eq!(
        said,
        format!("{} is not of the contract app1contract on app-2: name another file", path.display())
    );
    assert_eq!(std::fs::read(&path).unwrap(), before);
    std::fs::remove_file(&path).unwrap();
    let said = Store::open(Path::new("/nowhere/fish"), "app-1", "a", 3).unwrap_err().to_string();
    assert_eq!(said, "cannot write /nowhere/fish");
}
