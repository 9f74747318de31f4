//! The load as a picture: one SVG, nothing outside it.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use super::{Block, Run};

const WIDTH: f64 = 900.0;
const HEIGHT: f64 = 220.0;
const LEFT: f64 = 90.0;
const COLORS: [&str; 3] = ["#1f6fb2", "#c2571a", "#2d8a4e"];

/// A panel: its title, the figure of a block, and a run's figure to compare with.
type Panel<'a> = (&'a str, &'a dyn Fn(&Block) -> u64, Option<&'a dyn Fn(&Run) -> u64>);

/// Writes the picture: gas and lag of each block.
///
/// # Errors
/// If the file cannot be written.
pub fn write(path: &Path, runs: &[Run]) -> Result<()> {
    fs::write(path, picture(runs)).with_context(|| format!("cannot write {}", path.display()))
}

fn picture(runs: &[Run]) -> String {
    let gas = |block: &Block| block.tx_gas + block.hook_gas;
    let hooks = |block: &Block| block.hook_gas;
    let lag = |block: &Block| block.lag;
    let embedded = |run: &Run| run.embedded;
    let panels: [Panel<'_>; 3] = [
        (
            "SDK gas of a block: votes and hooks (dashed: the embedded chain, without wasmd's part)",
            &gas,
            Some(&embedded),
        ),
        ("SDK gas of the three hooks", &hooks, None),
        ("heights that finality is behind", &lag, None),
    ];
    let total = (HEIGHT + 60.0) * panels.len() as f64 + 40.0;
    let mut svg = format!(
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {} {total}' font-family='sans-serif' font-size='13'>\n",
        WIDTH + LEFT + 20.0
    );
    for (index, run) in runs.iter().enumerate() {
        let color = COLORS[index % COLORS.len()];
        let x = LEFT + 260.0 * index as f64;
        let _ = writeln!(svg, "<text x='{x}' y='20' fill='{color}'>{}</text>", run.way.words());
    }
    for (index, panel) in panels.iter().enumerate() {
        let top = 60.0 + (HEIGHT + 60.0) * index as f64;
        draw(&mut svg, top, panel, runs);
    }
    svg + "</svg>\n"
}

fn draw(svg: &mut String, top: f64, (title, figure, compared): &Panel<'_>, runs: &[Run]) {
    let figures = runs.iter().flat_map(|run| run.blocks.iter().map(figure));
    let lines = runs.iter().filter_map(|run| compared.map(|compared| compared(run)));
    let most = figures.chain(lines).max().unwrap_or(1).max(1) as f64;
    let y = |value: u64| top + HEIGHT - value as f64 / most * HEIGHT;
    let _ = writeln!(svg, "<text x='{LEFT}' y='{}'>{title}</text>", top - 10.0);
    let _ = writeln!(
        svg,
        "<rect x='{LEFT}' y='{top}' width='{WIDTH}' height='{HEIGHT}' fill='none' stroke='#999'/>"
    );
    let _ = writeln!(svg, "<text x='{}' y='{}' text-anchor='end'>{most}</text>", LEFT - 6.0, top + 12.0);
    let _ = writeln!(svg, "<text x='{}' y='{}' text-anchor='end'>0</text>", LEFT - 6.0, top + HEIGHT);
    for (index, run) in runs.iter().enumerate() {
        let color = COLORS[index % COLORS.len()];
        if let Some(compared) = compared {
            let (y, right) = (y(compared(run)), LEFT + WIDTH);
            let _ = writeln!(
                svg,
                "<line x1='{LEFT}' x2='{right}' y1='{y}' y2='{y}' stroke='{color}' stroke-dasharray='6 4'/>"
            );
        }
        let step = WIDTH / (run.blocks.len() as f64 - 1.0).max(1.0);
        let mut points = String::new();
        for (at, block) in run.blocks.iter().enumerate() {
            let _ = write!(points, "{:.1},{:.1} ", LEFT + step * at as f64, y(figure(block)));
        }
        let _ = writeln!(svg, "<polyline points='{points}' fill='none' stroke='{color}'/>");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ways::Way;

    #[test]
    fn each_run_is_a_line_in_each_panel() {
        let blocks = vec![Block { tx_gas: 10, ..Block::default() }, Block { lag: 3, ..Block::default() }];
        let run = |way| Run {
            way,
            blocks: blocks.clone(),
            expected: 0,
            taken: 0,
            seconds: 1.0,
            busy: 0.5,
            embedded: 20,
        };
        let svg = picture(&Way::ALL.map(run));
        assert_eq!(svg.matches("<polyline").count(), 9);
        assert_eq!(svg.matches("stroke-dasharray").count(), 3);
        // The first block's 10 of at most 20 is half way up the first panel.
        assert!(svg.contains(&format!("{:.1},{:.1} ", LEFT, 60.0 + HEIGHT / 2.0)), "{svg}");
        assert!(svg.ends_with("</svg>\n") && !svg.contains("NaN"));
    }

    #[test]
    fn nothing_is_still_a_picture() {
        assert!(picture(&[]).ends_with("</svg>\n"));
    }
}
