/// A source without the marks of its comments, so that a sentence is one piece whatever lines it runs over.
pub struct Text {
    joined: String,
    /// Where each line begins in it.
    starts: Vec<usize>,
}

/// A place that names a document.
pub struct Citation<'a> {
    /// The document as it is named.
    pub document: &'a str,
    /// The headings that are cited of it.
    pub headings: Vec<&'a str>,
    /// Whether a number stands behind the name. Headings have none, and numbers move.
    pub is_by_number: bool,
    /// The line, from one.
    pub line: usize,
}

impl Text {
    /// Joins the lines of a source.
    pub fn of(source: &str) -> Self {
        let (mut joined, mut starts) = (String::with_capacity(source.len()), Vec::new());
        for line in source.lines() {
            starts.push(joined.len());
            joined.push_str(without_mark(line.trim()));
            joined.push(' ');
        }
        Self { joined, starts }
    }

    /// All places that name a document, in their order.
    pub fn citations(&self) -> impl Iterator<Item = Citation<'_>> {
        self.joined.match_indices(".md").filter_map(|(at, ending)| {
            let (before, after) = (&self.joined[..at], &self.joined[at + ending.len()..]);
            let start = before
                .rfind(|c: char| !is_of_name(c))
                .map_or(0, |last| last + before[last..].chars().next().map_or(1, char::len_utf8));
            let document = &self.joined[start..at + ending.len()];
            let is_name = before.ends_with(|c: char| c.is_ascii_alphanumeric())
                && !after.starts_with(|c: char| c.is_ascii_alphanumeric())
                && !document.starts_with("//");
            let line = self.starts.partition_point(|first| *first <= at);
            let is_by_number =
                after.strip_prefix(' ').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
            is_name.then(|| Citation { document, headings: headings(after), is_by_number, line })
        })
    }
}

fn without_mark(line: &str) -> &str {
    let mark = ["//!", "///", "//", "#", "*"].into_iter().find_map(|mark| line.strip_prefix(mark));
    mark.unwrap_or(line).trim_start()
}

fn is_of_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || "-_./".contains(c)
}

/// The headings behind a document's name: `, "One", "Two" and "Three"`.
fn headings(after: &str) -> Vec<&str> {
    let mut rest = after.strip_prefix('`').unwrap_or(after);
    let mut found = Vec::new();
    loop {
        let parted = if found.is_empty() { &[", \""][..] } else { &[", \"", " and \"", ", and \""] };
        let Some(quoted) = parted.iter().find_map(|parted| rest.strip_prefix(parted)) else { return found };
        let Some((heading, behind)) = quoted.split_once('"') else { return found };
        found.push(heading);
        rest = behind;
    }
}
