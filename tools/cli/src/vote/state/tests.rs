use primitives::FpPublicKey;

use super::*;
use crate::vote::file::LINE;

fn head() -> Head {
    let fp = FpPublicKey::from_bytes([7; 32]);
    Head { chain_id: "a-1".to_owned(), contract: "app1contract".to_owned(), fp, first: 100 }
}

fn hash(of: u8) -> AppHash {
    AppHash::from_bytes([of; 32])
}

/// A folder that goes away.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("bsn-vote-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn file(&self) -> PathBuf {
        self.0.join("signed")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A disk that says what was asked of it, and fails on demand.
#[derive(Debug, Default)]
pub(crate) struct Double {
    /// `write` and `confirm`, in order.
    pub(crate) asked: Vec<&'static str>,
    /// Which of them fails.
    pub(crate) fails: Option<&'static str>,
}

impl Disk for Double {
    fn write(&mut self, _: &[u8]) -> io::Result<()> {
        self.ask("write")
    }

    fn confirm(&mut self) -> io::Result<()> {
        self.ask("confirm")
    }
}

impl Double {
    fn ask(&mut self, what: &'static str) -> io::Result<()> {
        self.asked.push(what);
        if self.fails == Some(what) { Err(io::Error::other("the disk is full")) } else { Ok(()) }
    }
}

/// A state without a past.
pub(crate) fn fresh(disk: Double, head: Head) -> State<Double> {
    let (text, _) = head_line(&head);
    State::on(disk, read(text.as_bytes()).unwrap())
}

/// Nothing is needed any more.
fn all() -> Option<u64> {
    Some(u64::MAX)
}

#[test]
fn what_is_noted_is_known_after_a_restart() {
    let folder = Folder::new("restart");
    create(&folder.file(), &head()).unwrap();
    for height in 100..110 {
        let mut kept = open(&folder.file(), &head(), all).unwrap();
        assert_eq!((kept.state.memory(height), kept.cut), (Memory::Nothing, 0));
        kept.state.note(height, &hash(9)).unwrap();
    }
    let kept = open(&folder.file(), &head(), all).unwrap();
    assert_eq!(kept.state.highest(), Some(109));
    assert_eq!(kept.state.memory(104), Memory::Signed(hash(9)));
    assert_eq!((kept.state.memory(99), kept.state.memory(110)), (Memory::Below, Memory::Nothing));
}

#[test]
fn a_line_that_was_being_written_is_cut_and_the_next_follows_what_was_whole() {
    let folder = Folder::new("torn");
    create(&folder.file(), &head()).unwrap();
    open(&folder.file(), &head(), all).unwrap().state.note(100, &hash(1)).unwrap();
    let whole = std::fs::read(folder.file()).unwrap();
    let (torn, _) = line(&[0; 8], 101, &hash(2));
    for length in [1, 20, 60, LINE - 1] {
        std::fs::write(folder.file(), [&whole[..], &torn.as_bytes()[..length]].concat()).unwrap();
        let mut kept = open(&folder.file(), &head(), all).unwrap();
        assert_eq!(kept.cut, length);
        kept.state.note(101, &hash(3)).unwrap();
        drop(kept);
        let kept = open(&folder.file(), &head(), all).unwrap();
        assert_eq!(kept.state.memory(101), Memory::Signed(hash(3)));
    }
}

#[test]
fn damage_is_refused_and_nothing_is_changed() {
    let folder = Folder::new("damage");
    create(&folder.file(), &head()).unwrap();
    open(&folder.file(), &head(), all).unwrap().state.note(100, &hash(1)).unwrap();
    let mut bytes = std::fs::read(folder.file()).unwrap();
    let place = bytes.len() - 50;
    bytes[place] ^= 1;
    std::fs::write(folder.file(), &bytes).unwrap();
    let said = format!("{:#}", open(&folder.file(), &head(), all).unwrap_err());
    assert!(said.contains("cannot be believed") && said.ends_with("its line 2 is damaged"), "{said}");
    assert_eq!(std::fs::read(folder.file()).unwrap(), bytes);
}

#[test]
fn two_programs_cannot_have_one_file_by_whatever_name() {
    let folder = Folder::new("lock");
    create(&folder.file(), &head()).unwrap();
    let first = open(&folder.file(), &head(), all).unwrap();
    let link = folder.0.join("link");
    std::os::unix::fs::symlink(folder.file(), &link).unwrap();
    for path in [folder.file(), folder.0.join("../").join(folder.0.file_name().unwrap()).join("signed"), link]
    {
        let said = open(&path, &head(), all).unwrap_err().to_string();
        assert!(said.ends_with("two must never vote with one key"), "{said}");
        assert!(peek(&path, &head()).is_ok(), "who only looks needs no lock");
    }
    drop(first);
    open(&folder.file(), &head(), all).unwrap();
}

#[test]
fn a_file_is_never_made_over_another_and_another_s_is_refused() {
    let folder = Folder::new("whose");
    assert!(format!("{:#}", open(&folder.file(), &head(), all).unwrap_err()).contains("`--create` makes it"));
    create(&folder.file(), &head()).unwrap();
    let said = create(&folder.file(), &head()).unwrap_err().to_string();
    assert!(said.contains("is there already"), "{said}");
    let others = [
        Head { chain_id: "b-1".to_owned(), ..head() },
        Head { contract: "app1other".to_owned(), ..head() },
        Head { fp: FpPublicKey::from_bytes([8; 32]), ..head() },
    ];
    for other in others {
        assert!(open(&folder.file(), &other, all).unwrap_err().to_string().ends_with("name another file"));
    }
    open(&folder.file(), &Head { first: 7, ..head() }, all).unwrap();
}

#[test]
fn a_long_file_forgets_the_lowest_heights_and_never_signs_there_again() {
    let folder = Folder::new("long");
    create(&folder.file(), &head()).unwrap();
    let mut kept = open(&folder.file(), &head(), all).unwrap();
    (100..109).for_each(|height| kept.state.note(height, &hash(1)).unwrap());
    drop(kept);
    let kept = open_with(&folder.file(), &head(), 4, all).unwrap();
    assert_eq!(kept.state.head().first, 105);
    assert_eq!((kept.state.memory(104), kept.state.memory(105)), (Memory::Below, Memory::Signed(hash(1))));
    drop(kept);
    let mut kept = open_with(&folder.file(), &head(), 4, all).unwrap();
    kept.state.note(109, &hash(2)).unwrap();
    drop(kept);
    assert_eq!(open(&folder.file(), &head(), all).unwrap().state.memory(109), Memory::Signed(hash(2)));
}

#[test]
fn what_may_still_be_voted_at_is_never_forgotten() {
    let folder = Folder::new("needed");
    create(&folder.file(), &head()).unwrap();
    let mut kept = open(&folder.file(), &head(), all).unwrap();
    // Heights between were not signed.
    (100..140).step_by(4).for_each(|height| kept.state.note(height, &hash(1)).unwrap());
    drop(kept);
    let first = |needed: Option<u64>| {
        let kept = open_with(&folder.file(), &head(), 4, || needed).unwrap();
        let first = kept.state.head().first;
        (first, kept.state.memory(first.max(104)), kept.state.memory(110), kept.state.signed.len())
    };
    let (signed, nothing) = (Memory::Signed(hash(1)), Memory::Nothing);
    // Nobody knows what is needed; or all is; or what lies below the state is.
    for needed in [None, Some(100), Some(90)] {
        assert_eq!(first(needed), (100, signed, nothing, 10), "{needed:?}");
    }
    assert_eq!(first(Some(107)), (107, nothing, nothing, 8), "from there on, also where nothing was signed");
    // It had eight heights, not more than twice as many as are kept.
    assert_eq!(first(Some(u64::MAX)).0, 107);
    let mut kept = open(&folder.file(), &head(), all).unwrap();
    kept.state.note(140, &hash(1)).unwrap();
    drop(kept);
    assert_eq!(first(Some(u64::MAX)), (128, signed, Memory::Below, 4));
    // It is not asked for where nothing is to be forgotten.
    open_with(&folder.file(), &head(), 4, || panic!("it was asked")).unwrap();
}

#[test]
fn the_disk_has_confirmed_what_is_noted() {
    let mut state = fresh(Double::default(), head());
    state.note(100, &hash(1)).unwrap();
    assert_eq!(state.disk.asked, ["write", "confirm"]);
}

#[test]
fn after_a_failure_nothing_more_is_noted() {
    for fails in ["write", "confirm"] {
        let mut state = fresh(Double { fails: Some(fails), ..Double::default() }, head());
        let said = format!("{:#}", state.note(100, &hash(1)).unwrap_err());
        assert!(said.ends_with("the disk is full"), "{said}");
        assert_eq!(state.memory(100), Memory::Nothing);
        state.disk.fails = None;
        let said = state.note(101, &hash(1)).unwrap_err().to_string();
        assert_eq!(said, "the disk failed before: start again");
    }
}
