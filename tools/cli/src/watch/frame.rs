//! Draws what is shown.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Sparkline, Wrap};

use super::screen::Screen;
use super::view::{Cell, Row, View};
use crate::doctor::Severity;
use crate::doctor::snapshot::{bitcoin, percent, short};

/// What stands left of and behind the votes.
const NAME: usize = 11;
const SHARE: usize = 8;
const RUNWAY: usize = 8;
const STATE: usize = 15;
/// What the cells mean.
const LEGEND: &str = "█ voted · miss ░ no power ✗ fork ? open ○ hole";
/// How many alarms and events are shown at most.
const LINES: u16 = 6;

/// Draws everything.
pub fn draw(frame: &mut Frame<'_>, view: &View, screen: &Screen) {
    let alarms = u16::try_from(view.alarms.len()).unwrap_or(LINES).clamp(1, LINES);
    let areas = Layout::vertical([
        Constraint::Length(3),
        Constraint::Length(1),
        Constraint::Length(1),
        Constraint::Length(1),
        Constraint::Min(4),
        Constraint::Length(alarms + 1),
        Constraint::Length(LINES),
        Constraint::Length(1),
    ]);
    let [header, lag, power, legend, middle, alarms, events, keys] = areas.areas(frame.area());
    draw_header(frame, header, view);
    draw_lag(frame, lag, view);
    frame.render_widget(Line::from(power_line(view, usize::from(power.width))), power);
    frame.render_widget(Line::from(LEGEND).style(Style::new().add_modifier(Modifier::DIM)), legend);
    match screen.is_open {
        true => draw_detail(frame, middle, view, screen),
        false => draw_rows(frame, middle, view, screen),
    }
    draw_alarms(frame, alarms, view);
    draw_events(frame, events, view);
    frame.render_widget(Line::from(keys_line(screen)).style(Style::new().add_modifier(Modifier::DIM)), keys);
}

fn color(severity: Severity) -> Color {
    match severity {
        Severity::Ok => Color::Green,
        Severity::Skipped => Color::DarkGray,
        Severity::Warning | Severity::Unread => Color::Yellow,
        Severity::Critical => Color::Red,
    }
}

fn draw_header(frame: &mut Frame<'_>, area: Rect, view: &View) {
    let worst = view.worst();
    let badge = Span::styled(format!(" {worst} "), Style::new().fg(Color::Black).bg(color(worst)));
    let title = Line::from(vec![
        Span::styled(view.chain_id.clone(), Style::new().add_modifier(Modifier::BOLD)),
        Span::raw("  "),
        badge,
    ]);
    let text = vec![title, Line::from(view.header.join(" · "))];
    frame.render_widget(Paragraph::new(text).wrap(Wrap { trim: true }), area);
}

fn draw_lag(frame: &mut Frame<'_>, area: Rect, view: &View) {
    let width = u16::try_from(view.lag.len()).unwrap_or(u16::MAX);
    let parts = [Constraint::Length(6), Constraint::Length(width), Constraint::Min(1)];
    let [name, line, now] = Layout::horizontal(parts).areas(area);
    frame.render_widget("lag", name);
    let most = view.lag.iter().max().copied().unwrap_or_default().max(8);
    frame.render_widget(Sparkline::default().data(&view.lag).max(most), line);
    let last = view
        .lag
        .last()
        .map_or_else(|| "no height got its quorum lately".to_owned(), |last| format!(" {last} behind"));
    frame.render_widget(last, now);
}

/// The power that voted, with the marks of a third and of two thirds.
fn power_line(view: &View, width: usize) -> Vec<Span<'static>> {
    let text = format!(
        " {} of {} voted at {} ({})",
        bitcoin(view.voted),
        bitcoin(view.total),
        view.voted_at,
        percent(view.voted, view.total)
    );
    let width = width.saturating_sub(6 + text.chars().count()).min(60);
    let bar = bar(view.voted, view.total, width);
    let enough = 3 * view.voted > 2 * view.total;
    let color = if enough { Color::Green } else { Color::Red };
    vec![Span::raw("power "), Span::styled(bar, Style::new().fg(color)), Span::raw(text)]
}

/// A bar that is filled up to a part, with `┆` at one third and at two thirds.
pub fn bar(part: u128, whole: u128, width: usize) -> String {
    let wide = width as u128;
    let marks = [width / 3, 2 * width / 3];
    let cell = |place: usize| {
        let filled = whole > 0 && (place as u128) * whole < part * wide;
        match (marks.contains(&place) && place > 0, filled) {
            (true, _) => '┆',
            (false, true) => '█',
            (false, false) => '░',
        }
    };
    (0..width).map(cell).collect()
}

/// The votes that fit, and the place of the first of them.
fn window(view: &View, screen: &Screen, width: usize) -> (usize, usize) {
    let room = width.saturating_sub(NAME + SHARE + RUNWAY + STATE + 4);
    let end = view.heights.len().saturating_sub(screen.back);
    (end.saturating_sub(room), end)
}

fn draw_rows(frame: &mut Frame<'_>, area: Rect, view: &View, screen: &Screen) {
    let rows = screen.rows(view);
    let (from, to) = window(view, screen, usize::from(area.width));
    let heights = view.heights.get(from..to).unwrap_or_default();
    let range = match (heights.first(), heights.last()) {
        (Some(first), Some(last)) => format!("{first}..{last}"),
        _ => "votes".to_owned(),
    };
    let wide = heights.len().max(range.len());
    let head =
        format!("{:<NAME$} {:>SHARE$} {range:<wide$} {:>RUNWAY$} {}", "fp", "power", "runway", "state");
    let room = usize::from(area.height).saturating_sub(1);
    let place = screen.place(&rows);
    let first = (place + 1).saturating_sub(room);
    let mut lines = vec![Line::styled(head, Style::new().add_modifier(Modifier::UNDERLINED))];
    for (index, row) in rows.iter().enumerate().skip(first).take(room) {
        lines.push(line(row, from, to, wide, index == place && screen.chosen.is_some()));
    }
    if rows.is_empty() {
        lines.push(Line::raw(if view.rows.is_empty() { "nobody is registered" } else { "nobody matches" }));
    }
    frame.render_widget(Paragraph::new(lines), area);
}

fn line(row: &Row, from: usize, to: usize, wide: usize, is_chosen: bool) -> Line<'static> {
    let cells = row.cells.get(from..to).unwrap_or_default();
    let mut spans = vec![Span::raw(format!("{:<NAME$} {:>SHARE$} ", short(&row.key), row.share))];
    spans.extend(cells.iter().map(|cell| Span::styled(cell.symbol(), Style::new().fg(cell_color(*cell)))));
    spans.push(Span::raw(" ".repeat(wide.saturating_sub(cells.len()))));
    spans.push(Span::raw(format!(" {:>RUNWAY$} ", row.runway_text)));
    let state = if row.is_well { Style::new() } else { Style::new().fg(Color::Red) };
    spans.push(Span::styled(row.state.clone(), state));
    let line = Line::from(spans);
    if is_chosen { line.style(Style::new().add_modifier(Modifier::REVERSED)) } else { line }
}

fn cell_color(cell: Cell) -> Color {
    match cell {
        Cell::Voted => Color::Green,
        Cell::Missed | Cell::Fork => Color::Red,
        Cell::NoPower | Cell::Open | Cell::Hole => Color::DarkGray,
    }
}

fn draw_detail(frame: &mut Frame<'_>, area: Rect, view: &View, screen: &Screen) {
    let rows = screen.rows(view);
    let Some(row) = rows.get(screen.place(&rows)) else { return };
    let mut lines = vec![Line::styled(row.key.clone(), Style::new().add_modifier(Modifier::BOLD))];
    lines.extend(row.detail.iter().map(|(name, value)| Line::raw(format!("{name:<8} {value}"))));
    frame.render_widget(Paragraph::new(lines).wrap(Wrap { trim: false }), area);
}

fn draw_alarms(frame: &mut Frame<'_>, area: Rect, view: &View) {
    let mut lines = vec![Line::styled("alarms", Style::new().add_modifier(Modifier::UNDERLINED))];
    let room = usize::from(area.height).saturating_sub(1);
    lines.extend(view.alarms.iter().take(room).map(|alarm| {
        let head = Span::styled(
            format!("{:<8} {:<3} ", alarm.severity, alarm.id),
            Style::new().fg(color(alarm.severity)),
        );
        Line::from(vec![head, Span::raw(alarm.text.clone())])
    }));
    if view.alarms.is_empty() {
        lines.push(Line::raw("none"));
    }
    frame.render_widget(Paragraph::new(lines), area);
}

fn draw_events(frame: &mut Frame<'_>, area: Rect, view: &View) {
    let mut lines = vec![Line::styled("last events", Style::new().add_modifier(Modifier::UNDERLINED))];
    let room = usize::from(area.height).saturating_sub(1);
    lines.extend(
        view.events.iter().take(room).map(|(height, event)| Line::raw(format!("{height:<8} {event}"))),
    );
    if view.events.is_empty() {
        lines.push(Line::raw("none in the last blocks"));
    }
    frame.render_widget(Paragraph::new(lines), area);
}

fn keys_line(screen: &Screen) -> String {
    if screen.is_filtering {
        return format!("/{}_   Enter keeps, Esc clears", screen.filter);
    }
    let filter = if screen.filter.is_empty() { String::new() } else { format!(" ({})", screen.filter) };
    format!(
        "↑↓ choose  Enter {}  ←→ time  s sort: {}  / filter{filter}  q quit",
        if screen.is_open { "back" } else { "open" },
        screen.sort.word()
    )
}
