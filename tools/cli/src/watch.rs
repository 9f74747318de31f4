//! `bsn watch`: a chain at work, in a terminal.
//!
//! # The idea
//!
//! What is shown is a pure function of what was read and of what was pressed: a [`View`] is made of a
//! [`Snapshot`](crate::doctor::Snapshot), a [`Screen`] says what the user chose, and [`frame::draw`] draws both. So a frame is
//! tested as text, and `--once` prints the very frame that the terminal shows.
//!
//! | module | holds |
//! |---|---|
//! | [`view`] | rows, votes, lag, alarms, events |
//! | [`screen`] | what the user chose, and what each key does |
//! | [`frame`] | draws it |
//! | [`once`] | one frame as plain text |

pub mod frame;
pub mod once;
pub mod screen;
pub mod view;

pub use screen::Screen;
pub use view::View;
