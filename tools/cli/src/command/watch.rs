//! `bsn watch`.

use std::sync::mpsc::{Receiver, TryRecvError, channel};
use std::time::Duration;

use anyhow::Result;
use clap::Args;
use ratatui::DefaultTerminal;
use ratatui::crossterm::event::{self, Event, KeyCode, KeyEventKind, KeyModifiers};

use crate::args::duration;
use crate::doctor::asked::Asked;
use crate::doctor::read::{Sources, look};
use crate::doctor::{Selection, examine};
use crate::exit::Exit;
use crate::watch::screen::{Key, Next};
use crate::watch::{Screen, View, frame, once};

/// How often keys are looked for.
const TICK: Duration = Duration::from_millis(100);

/// `bsn watch`.
#[derive(Debug, Args)]
pub struct Watch {
    /// Print one frame as plain text, and end.
    #[arg(long)]
    pub once: bool,
    /// The time between two looks.
    #[arg(long, default_value = "3s", value_parser = duration)]
    pub every: Duration,
    /// How wide --once prints.
    #[arg(long, default_value_t = 110, value_parser = clap::value_parser!(u16).range(40..=500))]
    pub width: u16,
    /// How high.
    #[arg(long, default_value_t = 34, value_parser = clap::value_parser!(u16).range(20..=500))]
    pub height: u16,
    /// Who is asked.
    #[command(flatten)]
    pub asked: Asked,
}

/// Runs it.
///
/// # Errors
/// [`Exit`] with 3 where there was nothing to look at.
pub fn run(args: &Watch) -> Result<()> {
    let first = args.asked.sources().and_then(|sources| Ok((view(&sources)?, sources)));
    let (first, sources) = first.map_err(|error| Exit::could_not_look(format!("{error:#}")))?;
    if args.once {
        println!("{}", once::text(&first, &Screen::default(), args.width, args.height)?);
        return Ok(());
    }
    let looks = keep_looking(sources, args.every);
    let mut terminal = ratatui::try_init()?;
    let done = interact(&mut terminal, first, &looks);
    ratatui::restore();
    done
}

fn view(sources: &Sources) -> Result<View> {
    let snapshot = look(sources)?;
    Ok(View::new(&snapshot, &examine(&snapshot, &Selection::default())))
}

/// Looks again and again, in a thread that ends with the program.
fn keep_looking(sources: Sources, every: Duration) -> Receiver<Result<View>> {
    let (seen, looks) = channel();
    std::thread::spawn(move || {
        loop {
            std::thread::sleep(every);
            if seen.send(view(&sources)).is_err() {
                break;
            }
        }
    });
    looks
}

fn interact(terminal: &mut DefaultTerminal, mut view: View, looks: &Receiver<Result<View>>) -> Result<()> {
    let mut screen = Screen::default();
    loop {
        match looks.try_recv() {
            Ok(Ok(newer)) => view = newer,
            // What was seen last stays, and who does not answer is named above it.
            Ok(Err(error)) => view.header = vec![format!("{error:#}")],
            Err(TryRecvError::Empty | TryRecvError::Disconnected) => (),
        }
        terminal.draw(|frame| frame::draw(frame, &view, &screen))?;
        if !event::poll(TICK)? {
            continue;
        }
        let Event::Key(pressed) = event::read()? else { continue };
        if pressed.kind != KeyEventKind::Press {
            continue;
        }
        let is_interrupt =
            pressed.modifiers.contains(KeyModifiers::CONTROL) && pressed.code == KeyCode::Char('c');
        let Some(key) = key(pressed.code) else { continue };
        if is_interrupt || screen.press(key, &view) == Next::Quit {
            return Ok(());
        }
    }
}

/// A key of the terminal.
fn key(code: KeyCode) -> Option<Key> {
    Some(match code {
        KeyCode::Up => Key::Up,
        KeyCode::Down => Key::Down,
        KeyCode::Left => Key::Left,
        KeyCode::Right => Key::Right,
        KeyCode::Enter => Key::Enter,
        KeyCode::Esc => Key::Escape,
        KeyCode::Backspace => Key::Back,
        KeyCode::Char(c) => Key::Char(c),
        _ => return None,
    })
}
