//! What the user chose, and what each key does.

use super::view::{Row, View};

/// A key, as far as one means something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// An arrow.
    Up,
    /// An arrow.
    Down,
    /// An arrow: back in time.
    Left,
    /// An arrow: forward in time.
    Right,
    /// Enter.
    Enter,
    /// Escape.
    Escape,
    /// Backspace.
    Back,
    /// A character.
    Char(char),
}

/// By what rows are sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sort {
    /// Most stake first.
    #[default]
    Stake,
    /// The shortest randomness first.
    Runway,
    /// Most misses first.
    Misses,
    /// By key.
    Key,
}

/// What the user chose.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Screen {
    /// By what rows are sorted.
    pub sort: Sort,
    /// Only keys and states that contain this.
    pub filter: String,
    /// Whether characters go into the filter.
    pub is_filtering: bool,
    /// The key of the chosen row.
    pub chosen: Option<String>,
    /// Whether the chosen one is shown alone.
    pub is_open: bool,
    /// How many heights the votes are scrolled back.
    pub back: usize,
}

/// Whether to go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Draw again.
    Draw,
    /// End.
    Quit,
}

impl Sort {
    /// As it is shown.
    pub fn word(self) -> &'static str {
        match self {
            Self::Stake => "stake",
            Self::Runway => "runway",
            Self::Misses => "misses",
            Self::Key => "key",
        }
    }

    fn next(self) -> Self {
        match self {
            Self::Stake => Self::Runway,
            Self::Runway => Self::Misses,
            Self::Misses => Self::Key,
            Self::Key => Self::Stake,
        }
    }
}

impl Screen {
    /// The rows that are shown, in their order.
    pub fn rows<'a>(&self, view: &'a View) -> Vec<&'a Row> {
        let filter = self.filter.to_lowercase();
        let mut rows: Vec<&Row> = view
            .rows
            .iter()
            .filter(|row| filter.is_empty() || row.key.contains(&filter) || row.state.contains(&filter))
            .collect();
        match self.sort {
            Sort::Stake => rows.sort_by(|a, b| b.sats.cmp(&a.sats).then_with(|| a.key.cmp(&b.key))),
            Sort::Runway => rows.sort_by(|a, b| a.runway.cmp(&b.runway).then_with(|| a.key.cmp(&b.key))),
            Sort::Misses => rows.sort_by(|a, b| b.misses().cmp(&a.misses()).then_with(|| a.key.cmp(&b.key))),
            Sort::Key => rows.sort_by(|a, b| a.key.cmp(&b.key)),
        }
        rows
    }

    /// The place of the chosen row among those that are shown.
    pub fn place(&self, rows: &[&Row]) -> usize {
        let chosen = self.chosen.as_ref();
        chosen.and_then(|key| rows.iter().position(|row| row.key == *key)).unwrap_or_default()
    }

    /// What a key does.
    pub fn press(&mut self, key: Key, view: &View) -> Next {
        if self.is_filtering {
            match key {
                Key::Enter => self.is_filtering = false,
                Key::Escape => (self.is_filtering, self.filter) = (false, String::new()),
                Key::Back => drop(self.filter.pop()),
                Key::Char(c) => self.filter.push(c),
                _ => (),
            }
            return Next::Draw;
        }
        match key {
            Key::Char('q') => return Next::Quit,
            Key::Escape if !self.is_open && self.filter.is_empty() => return Next::Quit,
            Key::Escape if self.is_open => self.is_open = false,
            Key::Escape => self.filter.clear(),
            Key::Char('s') => self.sort = self.sort.next(),
            Key::Char('/') => self.is_filtering = true,
            Key::Enter => self.is_open = !self.is_open && !self.rows(view).is_empty(),
            Key::Up => self.step(view, false),
            Key::Down => self.step(view, true),
            Key::Left => self.back = (self.back + 1).min(view.heights.len().saturating_sub(1)),
            Key::Right => self.back = self.back.saturating_sub(1),
            _ => (),
        }
        Next::Draw
    }

    fn step(&mut self, view: &View, down: bool) {
        let rows = self.rows(view);
        let place = self.place(&rows);
        let next = if down { place + 1 } else { place.saturating_sub(1) };
        self.chosen = rows.get(next.min(rows.len().saturating_sub(1))).map(|row| row.key.clone());
    }
}

impl Row {
    /// How many of the shown heights it missed.
    pub fn misses(&self) -> usize {
        self.cells.iter().filter(|cell| **cell == super::view::Cell::Missed).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::recorded::{healthy, key};
    use crate::doctor::{Selection, examine};

    fn view() -> View {
        let mut snapshot = healthy();
        for votes in snapshot.votes.as_mut().unwrap().iter_mut().take(9) {
            votes.keys.retain(|one| *one != key(3));
        }
        View::new(&snapshot, &examine(&snapshot, &Selection::default()))
    }

    fn order(screen: &Screen) -> Vec<String> {
        screen.rows(&view()).iter().map(|row| row.key[..2].to_owned()).collect()
    }

    #[test]
    fn s_sorts_by_stake_runway_misses_and_key() {
        let mut screen = Screen::default();
        assert_eq!(order(&screen), ["01", "02", "03", "04"]);
        let mut press = || {
            screen.press(Key::Char('s'), &view());
            (screen.sort, order(&screen)[0].clone())
        };
        assert_eq!(press(), (Sort::Runway, "01".to_owned()));
        assert_eq!(press(), (Sort::Misses, "03".to_owned()));
        assert_eq!(press(), (Sort::Key, "01".to_owned()));
        assert_eq!(press().0, Sort::Stake);
    }

    #[test]
    fn arrows_move_within_the_rows_and_enter_opens_one() {
        let (mut screen, view) = (Screen::default(), view());
        let mut press = |key| {
            screen.press(key, &view);
            (screen.place(&screen.rows(&view)), screen.is_open, screen.back)
        };
        assert_eq!(press(Key::Up), (0, false, 0));
        assert_eq!(press(Key::Down), (1, false, 0));
        for _ in 0..9 {
            press(Key::Down);
        }
        assert_eq!(press(Key::Enter), (3, true, 0));
        assert_eq!(press(Key::Escape), (3, false, 0));
        assert_eq!(press(Key::Left), (3, false, 1));
        assert_eq!(press(Key::Right), (3, false, 0));
        assert_eq!(press(Key::Right), (3, false, 0));
        for _ in 0..99 {
            press(Key::Left);
        }
        assert_eq!(press(Key::Left).2, view.heights.len() - 1);
    }

    #[test]
    fn a_filter_takes_characters_until_enter() {
        let (mut screen, view) = (Screen::default(), view());
        for key in [Key::Char('/'), Key::Char('0'), Key::Char('4'), Key::Char('q')] {
            assert_eq!(screen.press(key, &view), Next::Draw);
        }
        assert_eq!((screen.filter.as_str(), screen.rows(&view).len()), ("04q", 0));
        screen.press(Key::Back, &view);
        screen.press(Key::Enter, &view);
        assert_eq!(order(&screen), ["04"]);
        assert!(!screen.is_filtering);
        assert_eq!(screen.press(Key::Escape, &view), Next::Draw);
        assert_eq!(screen.filter, "");
        assert_eq!(screen.press(Key::Escape, &view), Next::Quit);
        assert_eq!(screen.press(Key::Char('q'), &view), Next::Quit);
    }
}
