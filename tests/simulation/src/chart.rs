//! Lines in a picture: one SVG on a card of its own, legible on a light page and on a dark one.

use std::fmt::Write;

const WIDTH: f64 = 640.0;
const HEIGHT: f64 = 240.0;
const LEFT: f64 = 84.0;
const RIGHT: f64 = 24.0;
/// Above a panel: its title, and the names of its lines.
const ABOVE: f64 = 62.0;
/// Below it: the axis.
const BELOW: f64 = 50.0;
const STYLE: &str = "<style>
  .card { fill: #ffffff; stroke: #d0d7de } text { fill: #24292f } .grid { stroke: #e3e7eb } .axis { stroke: #8c959f }
  .line { fill: none; stroke-width: 2 }
  .line.a { stroke: #0969da } .line.b { stroke: #bc4c00 } .line.c { stroke: #1a7f37 }
  .dot.a, text.a { fill: #0969da } .dot.b, text.b { fill: #bc4c00 } .dot.c, text.c { fill: #1a7f37 }
  @media (prefers-color-scheme: dark) {
    .card { fill: #161b22; stroke: #30363d } text { fill: #e6edf3 } .grid { stroke: #2b3138 }
    .line.a { stroke: #58a6ff } .line.b { stroke: #f0883e } .line.c { stroke: #56d364 }
    .dot.a, text.a { fill: #58a6ff } .dot.b, text.b { fill: #f0883e } .dot.c, text.c { fill: #56d364 }
  }
</style>";
const COLOURS: [&str; 3] = ["a", "b", "c"];

/// How figures lie along an axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// Evenly, from zero.
    Linear,
    /// By their logarithm: ten times as much is a step.
    Log,
}

/// A line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// What it shows.
    pub name: String,
    /// Across and up, in ascending order.
    pub points: Vec<(u64, u64)>,
}

/// Some lines on one pair of axes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Panel {
    /// What is up.
    pub title: String,
    /// What is across.
    pub across: String,
    /// How that lies.
    pub x: Scale,
    /// How what is up lies.
    pub y: Scale,
    /// At most three.
    pub lines: Vec<Line>,
}

/// The picture: the panels, one below the other.
pub fn svg(panels: &[Panel]) -> String {
    let width = LEFT + WIDTH + RIGHT;
    let each = ABOVE + HEIGHT + BELOW;
    let height = each * panels.len() as f64;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" \
         font-family=\"system-ui, sans-serif\" font-size=\"14\">\n{STYLE}\n\
         <rect class=\"card\" x=\"0.5\" y=\"0.5\" width=\"{}\" height=\"{}\" rx=\"8\"/>\n",
        width - 1.0,
        height - 1.0
    );
    for (index, panel) in panels.iter().enumerate() {
        panel.draw(&mut svg, each * index as f64 + ABOVE);
    }
    svg + "</svg>\n"
}

impl Panel {
    fn draw(&self, svg: &mut String, top: f64) {
        let points = || self.lines.iter().flat_map(|line| &line.points);
        let across = Axis::over(self.x, points().map(|point| point.0));
        let up = Axis::over(self.y, points().map(|point| point.1));
        let at = |&(x, y): &(u64, u64)| (LEFT + WIDTH * across.place(x), top + HEIGHT * (1.0 - up.place(y)));
        let bottom = top + HEIGHT;

        let _ = writeln!(
            svg,
            "<text x=\"{LEFT}\" y=\"{}\" font-weight=\"600\">{}</text>",
            top - 38.0,
            self.title
        );
        for mark in up.marks() {
            let y = at(&(0, mark)).1;
            let _ = writeln!(
                svg,
                "<line class=\"grid\" x1=\"{LEFT}\" x2=\"{}\" y1=\"{y:.1}\" y2=\"{y:.1}\"/>\
                 <text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
                LEFT + WIDTH,
                LEFT - 8.0,
                y + 5.0,
                short(mark)
            );
        }
        for mark in across.marks() {
            let x = at(&(mark, 0)).0;
            let _ = writeln!(
                svg,
                "<line class=\"axis\" x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"{bottom}\" y2=\"{}\"/>\
                 <text x=\"{x:.1}\" y=\"{}\" text-anchor=\"middle\">{}</text>",
                bottom + 5.0,
                bottom + 20.0,
                short(mark)
            );
        }
        let _ = writeln!(
            svg,
            "<line class=\"axis\" x1=\"{LEFT}\" x2=\"{0}\" y1=\"{bottom}\" y2=\"{bottom}\"/>\
             <text x=\"{0}\" y=\"{1}\" text-anchor=\"end\">{2}</text>",
            LEFT + WIDTH,
            bottom + 38.0,
            self.across
        );
        for ((index, line), colour) in self.lines.iter().enumerate().zip(COLOURS) {
            line.draw(svg, colour, at);
            let x = LEFT + WIDTH / self.lines.len() as f64 * index as f64;
            let _ = writeln!(
                svg,
                "<text class=\"{colour}\" x=\"{x:.1}\" y=\"{}\">{}</text>",
                top - 14.0,
                line.name
            );
        }
    }
}

impl Line {
    fn draw(&self, svg: &mut String, colour: &str, at: impl Fn(&(u64, u64)) -> (f64, f64)) {
        let places: Vec<String> = self.points.iter().map(at).map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
        let _ = writeln!(svg, "<polyline class=\"line {colour}\" points=\"{}\"/>", places.join(" "));
        // Few points were measured one by one: they are shown.
        if places.len() > 12 {
            return;
        }
        for place in places {
            if let Some((x, y)) = place.split_once(',') {
                let _ = writeln!(svg, "<circle class=\"dot {colour}\" cx=\"{x}\" cy=\"{y}\" r=\"3.5\"/>");
            }
        }
    }
}

struct Axis {
    scale: Scale,
    least: u64,
    most: u64,
}

impl Axis {
    fn over(scale: Scale, figures: impl Iterator<Item = u64> + Clone) -> Self {
        let most = figures.clone().max().unwrap_or(1).max(1);
        let least = figures.min().unwrap_or(1).max(1);
        match scale {
            Scale::Linear => Self { scale, least: 0, most: round_up(most) },
            Scale::Log => {
                let power = |exponent| 10u64.saturating_pow(exponent);
                let most = power(most.ilog10() + u32::from(power(most.ilog10()) < most));
                Self { scale, least: power(least.ilog10()), most: most.max(10) }
            }
        }
    }

    /// From 0 to 1.
    fn place(&self, figure: u64) -> f64 {
        match self.scale {
            Scale::Linear => figure as f64 / self.most as f64,
            Scale::Log => {
                let [least, figure, most] =
                    [self.least, figure.max(self.least), self.most].map(|it| (it as f64).log10());
                (figure - least) / (most - least).max(1.0)
            }
        }
    }

    fn marks(&self) -> Vec<u64> {
        match self.scale {
            Scale::Linear => (0..=4).map(|quarter| self.most / 4 * quarter).collect(),
            Scale::Log => {
                let up = |mark: &u64| mark.checked_mul(10).filter(|next| *next <= self.most);
                std::iter::successors(Some(self.least), up).collect()
            }
        }
    }
}

/// The next figure that four parts divide into round ones.
fn round_up(most: u64) -> u64 {
    let unit = 10u64.saturating_pow(most.ilog10()).max(10) / 10;
    let steps = [10, 12, 16, 20, 24, 32, 40, 48, 60, 80, 100];
    let step = steps.into_iter().find(|step| step * unit >= most).unwrap_or(100);
    (step * unit).next_multiple_of(4)
}

fn short(figure: u64) -> String {
    let tenths = |unit: u64, letter: &str| {
        let tenths = figure / (unit / 10);
        match tenths % 10 {
            0 => format!("{}{letter}", tenths / 10),
            tenth => format!("{}.{tenth}{letter}", tenths / 10),
        }
    };
    match figure {
        0..1_000 => figure.to_string(),
        1_000..1_000_000 => tenths(1_000, " k"),
        _ => tenths(1_000_000, " M"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn panel(x: Scale, y: Scale, points: &[(u64, u64)]) -> String {
        let line = Line { name: "ours".into(), points: points.to_vec() };
        svg(&[Panel { title: "gas".into(), across: "blocks".into(), x, y, lines: vec![line] }])
    }

    #[test]
    fn a_line_goes_from_corner_to_corner() {
        let bottom = ABOVE + HEIGHT;
        let svg = panel(Scale::Linear, Scale::Linear, &[(0, 0), (100, 400)]);
        assert!(svg.contains(&format!("{LEFT:.1},{bottom:.1} {:.1},{ABOVE:.1}", LEFT + WIDTH)), "{svg}");
        let svg = panel(Scale::Log, Scale::Log, &[(1, 10), (10, 100), (100, 1_000)]);
        let (x, y) = (LEFT + WIDTH / 2.0, ABOVE + HEIGHT / 2.0);
        assert!(svg.contains(&format!("{LEFT:.1},{bottom:.1} {x:.1},{y:.1}")), "{svg}");
        assert!(svg.matches("<circle").count() == 3 && svg.ends_with("</svg>\n") && !svg.contains("NaN"));
    }

    #[test]
    fn nothing_and_one_point_are_still_pictures() {
        for scale in [Scale::Linear, Scale::Log] {
            for points in [&[][..], &[(1, 1)], &[(0, 0)]] {
                let svg = panel(scale, scale, points);
                assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
            }
        }
    }

    #[test]
    fn axes_end_at_round_figures() {
        assert_eq!([1, 9, 10, 43_488, 101, 999_999].map(round_up), [12, 12, 12, 48_000, 120, 1_000_000]);
        assert_eq!([0, 999, 12_000, 1_500_000].map(short), ["0", "999", "12 k", "1.5 M"]);
    }
}
