//! One frame as plain text: what the terminal would show, without colours.

use ratatui::Terminal;
use ratatui::backend::TestBackend;

use super::{Screen, View, frame};

/// A frame of this size.
///
/// # Errors
/// If it cannot be drawn.
pub fn text(view: &View, screen: &Screen, width: u16, height: u16) -> anyhow::Result<String> {
    let mut terminal = Terminal::new(TestBackend::new(width, height))?;
    terminal.draw(|frame| frame::draw(frame, view, screen))?;
    let buffer = terminal.backend().buffer();
    let rows = buffer.content().chunks(usize::from(width.max(1)));
    let lines = rows.map(|row| {
        let line: String = row.iter().map(|cell| cell.symbol()).collect();
        line.trim_end().to_owned()
    });
    Ok(lines.collect::<Vec<_>>().join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::recorded::{TIP, healthy, key};
    use crate::doctor::snapshot::{Signing, Snapshot};
    use crate::doctor::{Selection, examine};
    use crate::watch::frame::bar;

    fn view(change: impl FnOnce(&mut Snapshot)) -> View {
        let mut snapshot = healthy();
        change(&mut snapshot);
        View::new(&snapshot, &examine(&snapshot, &Selection::default()))
    }

    #[test]
    fn a_healthy_chain_in_a_narrow_terminal() {
        let shown = text(&view(|_| ()), &Screen::default(), 80, 24).unwrap();
        insta_like(&shown, include_str!("snapshots/healthy.txt"));
    }

    /// The second is silent for a while, the third is in jail, one height is a hole, and the fourth forks.
    #[test]
    fn a_chain_with_trouble() {
        let shown = text(&view(trouble), &Screen::default(), 110, 26).unwrap();
        insta_like(&shown, include_str!("snapshots/trouble.txt"));
    }

    #[test]
    fn one_finality_provider_opened() {
        let screen = Screen { chosen: Some(key(3)), is_open: true, ..Screen::default() };
        let shown = text(&view(trouble), &screen, 110, 26).unwrap();
        insta_like(&shown, include_str!("snapshots/opened.txt"));
    }

    fn trouble(snapshot: &mut Snapshot) {
        let hole = TIP - 12;
        snapshot.anchors = Ok((TIP - 99..=TIP).filter(|height| *height != hole).collect());
        let votes = snapshot.votes.as_mut().unwrap();
        votes.retain(|votes| votes.height != hole);
        for votes in votes.iter_mut().filter(|votes| votes.height > TIP - 9) {
            votes.keys.retain(|one| *one != key(2));
        }
        for votes in votes.iter_mut() {
            votes.keys.retain(|one| *one != key(3));
        }
        for votes in votes.iter_mut().filter(|votes| votes.height == TIP - 4) {
            votes.keys.retain(|one| *one != key(4));
        }
        let providers = snapshot.providers.as_mut().unwrap();
        providers[1].signing =
            Ok(Some(Signing { start_height: 1, last_signed_height: TIP - 9, jailed_until: None }));
        providers[2].power = 0;
        let until = Some(snapshot.tip.time + 300);
        providers[2].signing =
            Ok(Some(Signing { start_height: 1, last_signed_height: TIP - 50, jailed_until: until }));
        let block = &mut snapshot.blocks.as_mut().unwrap()[17];
        block.forks.push((key(4), TIP - 4));
        block.events.push("010101…0101 commits randomness".to_owned());
        block.hook_errors.push("EndBlock: out of gas".to_owned());
    }

    #[test]
    fn the_smallest_terminal_does_no_harm() {
        for (width, height) in [(1, 1), (10, 3), (40, 12), (200, 60)] {
            assert!(text(&view(trouble), &Screen::default(), width, height).is_ok(), "{width} x {height}");
        }
    }

    #[test]
    fn scrolled_back_other_heights_are_shown() {
        let shown = |back| text(&view(|_| ()), &Screen { back, ..Screen::default() }, 80, 24).unwrap();
        assert!(shown(0).contains("..50000") && shown(5).contains("..49995"), "{}", shown(5));
    }

    #[test]
    fn the_bar_has_its_marks() {
        assert_eq!(bar(2, 3, 12), "████┆███┆░░░");
        assert_eq!(bar(3, 3, 12), "████┆███┆███");
        assert_eq!(bar(0, 0, 6), "░░┆░┆░");
        assert_eq!(bar(1, 1, 0), "");
    }

    /// With `BSN_UPDATE_SNAPSHOTS` set, the kept frames are written anew.
    fn insta_like(shown: &str, kept: &str) {
        if std::env::var_os("BSN_UPDATE_SNAPSHOTS").is_some() {
            let name = std::thread::current()
                .name()
                .unwrap_or_default()
                .rsplit("::")
                .next()
                .unwrap_or_default()
                .to_owned();
            let file = match name.as_str() {
                "a_healthy_chain_in_a_narrow_terminal" => "healthy",
                "a_chain_with_trouble" => "trouble",
                _ => "opened",
            };
            let path = format!("{}/src/watch/snapshots/{file}.txt", env!("CARGO_MANIFEST_DIR"));
            std::fs::write(path, format!("{shown}\n")).unwrap();
            return;
        }
        assert_eq!(shown, kept.trim_end_matches('\n'), "\n{shown}\n");
    }
}
