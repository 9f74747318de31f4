/// A Markdown document.
pub struct Document<'a> {
    /// Its lines outside of code blocks.
    lines: Vec<&'a str>,
    text: &'a str,
}

impl<'a> Document<'a> {
    /// Reads one.
    pub fn of(text: &'a str) -> Self {
        let mut is_code = false;
        let lines = text.lines().filter(|line| {
            let is_fence = line.trim_start().starts_with("```");
            is_code ^= is_fence;
            !is_code && !is_fence
        });
        Self { lines: lines.collect(), text }
    }

    fn headings(&self) -> impl Iterator<Item = String> {
        self.lines.iter().filter_map(|line| {
            let heading = line.trim_start_matches('#');
            let level = line.len() - heading.len();
            ((1..=6).contains(&level) && heading.starts_with(' ')).then(|| heading.trim().replace('`', ""))
        })
    }

    /// Whether there is such a heading, letter by letter but for marks of code.
    pub fn has_heading(&self, heading: &str) -> bool {
        self.headings().any(|one| one == heading.replace('`', ""))
    }

    /// Whether a heading has this anchor, by the rule of GitHub: the same one again gets a number.
    pub fn has_anchor(&self, anchor: &str) -> bool {
        let mut seen = Vec::new();
        self.headings().any(|heading| {
            let slug = slug(&heading);
            let before = seen.iter().filter(|one| **one == slug).count();
            let own = if before == 0 { slug.clone() } else { format!("{slug}-{before}") };
            seen.push(slug);
            own == anchor
        })
    }

    /// Where its links lead, those to the web left out.
    pub fn links(&self) -> impl Iterator<Item = &'a str> {
        let text = self.text;
        let code = spans_of_code(text);
        text.match_indices("](").filter_map(move |(at, _)| {
            let (target, _) = text[at + 2..].split_once(')')?;
            let is_code = code.iter().any(|span| span.contains(&at));
            (!is_code && !target.contains("://") && !target.starts_with("mailto:")).then_some(target)
        })
    }
}

fn slug(heading: &str) -> String {
    let kept = heading.chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c));
    kept.map(|c| if c == ' ' { '-' } else { c }).collect::<String>().to_lowercase()
}

/// Blocks and spans between marks of code. A block's mark has three ticks, and so has no span within.
fn spans_of_code(text: &str) -> Vec<std::ops::Range<usize>> {
    let mut spans = Vec::new();
    let mut at = 0;
    while let Some(open) = text[at..].find('`').map(|found| at + found) {
        let mark = if text[open..].starts_with("```") { "```" } else { "`" };
        let inside = open + mark.len();
        let end = text[inside..].find(mark).map_or(text.len(), |close| inside + close + mark.len());
        spans.push(open..end);
        at = end;
    }
    spans
}
