//! Charts as SVG, without scripts.

use std::fmt::Write;

const WIDTH: u64 = 960;
const LEFT: u64 = 110;
const PLOT: u64 = WIDTH - LEFT - 10;

/// Points of one colour.
pub struct Series {
    /// Its name in the legend.
    pub name: String,
    /// Its colour.
    pub colour: &'static str,
    /// Pairs of height and value.
    pub points: Vec<(u64, u64)>,
}

fn place(height: u64, (from, to): (u64, u64)) -> u64 {
    LEFT + (height.saturating_sub(from)) * PLOT / (to - from + 1).max(1)
}

fn cell_width((from, to): (u64, u64)) -> u64 {
    (PLOT / (to - from + 1).max(1)).max(2)
}

fn open(height: u64, label: &str) -> String {
    format!("<svg viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" aria-label=\"{label}\">\n")
}

fn axis(svg: &mut String, bottom: u64, span: (u64, u64)) {
    let step = ((span.1 - span.0) / 8).max(1);
    for height in (span.0..=span.1).step_by(usize::try_from(step).unwrap_or(1)) {
        let x = place(height, span);
        let _ = writeln!(svg, "<text x=\"{x}\" y=\"{}\" class=\"tick\">{height}</text>", bottom + 14);
    }
    let _ = writeln!(svg, "<path d=\"M{LEFT} {bottom}H{}\" class=\"axis\"/>", WIDTH - 10);
}

/// A bar for each height; `None` is a grey mark.
pub fn bars(label: &str, span: (u64, u64), bars: &[(u64, Option<u64>)]) -> String {
    let bottom = 150;
    let most = bars.iter().filter_map(|bar| bar.1).max().unwrap_or(1).max(1);
    let mut svg = open(bottom + 22, label);
    let _ = writeln!(svg, "<text x=\"{}\" y=\"20\" class=\"label\">{most} blocks</text>", LEFT - 8);
    let width = cell_width(span).saturating_sub(1).max(1);
    for (height, value) in bars {
        let x = place(*height, span);
        let (tall, class, what) = match value {
            Some(value) => (value * 136 / most, "bar", format!("{value} blocks")),
            None => (4, "none", "no quorum of its own".to_owned()),
        };
        let y = bottom - tall;
        let _ = writeln!(
            svg,
            "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{tall}\" class=\"{class}\"><title>{height}: {what}</title></rect>"
        );
    }
    axis(&mut svg, bottom, span);
    svg + "</svg>\n"
}

/// A row of cells for each name; a cell is a height, a class and what it says.
pub fn matrix(label: &str, span: (u64, u64), rows: &[(String, Vec<(u64, &str)>)]) -> String {
    let bottom = 20 * rows.len() as u64 + 6;
    let mut svg = open(bottom + 22, label);
    let width = cell_width(span).saturating_sub(1).max(1);
    for (index, (name, cells)) in rows.iter().enumerate() {
        let y = 20 * index as u64 + 4;
        let _ = writeln!(svg, "<text x=\"{}\" y=\"{}\" class=\"label\">{name}</text>", LEFT - 8, y + 12);
        for (height, class) in cells {
            let x = place(*height, span);
            let _ = writeln!(
                svg,
                "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"16\" class=\"{class}\"><title>{height}: {class}</title></rect>"
            );
        }
    }
    axis(&mut svg, bottom, span);
    svg + "</svg>\n"
}

/// A part of a bar: its name, its colour and its value.
pub type Part = (String, String, u64);

/// Bars, each with a name, that are split into parts.
pub fn splits(label: &str, rows: &[(String, Vec<Part>)]) -> String {
    let mut svg = open(34 * rows.len() as u64 + 6, label);
    for (index, (name, parts)) in rows.iter().enumerate() {
        let y = 34 * index as u64 + 4;
        let total: u64 = parts.iter().map(|part| part.2).sum::<u64>().max(1);
        let _ = writeln!(svg, "<text x=\"{}\" y=\"{}\" class=\"label\">{name}</text>", LEFT - 8, y + 17);
        let mut before = 0;
        for (part, colour, value) in parts {
            let x = LEFT + share(before, total, PLOT);
            let width = share(*value, total, PLOT);
            let percent = share(*value, total, 100);
            let _ = writeln!(
                svg,
                "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"26\" fill=\"{colour}\"><title>{part}: {value} sats, {percent}%</title></rect>"
            );
            if width > 60 {
                let _ = writeln!(
                    svg,
                    "<text x=\"{}\" y=\"{}\" class=\"inside\">{part} {percent}%</text>",
                    x + 6,
                    y + 17
                );
            }
            before += value;
        }
    }
    svg + "</svg>\n"
}

fn share(value: u64, total: u64, of: u64) -> u64 {
    let share = u128::from(value) * u128::from(of) / u128::from(total.max(1));
    u64::try_from(share).unwrap_or(of)
}

/// Dots over heights, with a legend.
pub fn dots(label: &str, span: (u64, u64), series: &[Series]) -> String {
    let bottom = 240;
    let most = series.iter().flat_map(|s| &s.points).map(|point| point.1).max().unwrap_or(1).max(1);
    let mut svg = open(bottom + 22, label);
    for quarter in 0..=4 {
        let y = bottom - quarter * 50;
        let gas = most * quarter / 4;
        let _ = writeln!(svg, "<path d=\"M{LEFT} {y}H{}\" class=\"grid\"/>", WIDTH - 10);
        let _ = writeln!(svg, "<text x=\"{}\" y=\"{}\" class=\"label\">{gas}</text>", LEFT - 8, y + 4);
    }
    for (index, Series { name, colour, points }) in series.iter().enumerate() {
        let x = LEFT + 150 * index as u64;
        let _ = writeln!(
            svg,
            "<circle cx=\"{x}\" cy=\"14\" r=\"4\" fill=\"{colour}\"/><text x=\"{}\" y=\"18\" class=\"key\">{name}</text>",
            x + 9
        );
        for (height, gas) in points {
            let (x, y) = (place(*height, span), bottom - share(*gas, most, 200));
            let _ = writeln!(
                svg,
                "<circle cx=\"{x}\" cy=\"{y}\" r=\"2.5\" fill=\"{colour}\"><title>{height}: {gas}</title></circle>"
            );
        }
    }
    axis(&mut svg, bottom, span);
    svg + "</svg>\n"
}
