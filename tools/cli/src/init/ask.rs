//! What nodes do not say is asked of whoever sits there.

use std::io::{BufRead, IsTerminal, Write};

use anyhow::{Context, Result, bail};

/// Whoever can be asked: a person, by these lines, or nobody.
pub enum Asked<'a> {
    /// Somebody at a terminal.
    Person(&'a mut dyn BufRead),
    /// A script.
    Nobody,
}

/// A question.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// What is asked for.
    pub what: &'a str,
    /// The flag that says it.
    pub flag: &'a str,
    /// What holds if nothing else is said.
    pub default: Option<&'a str>,
}

impl Asked<'_> {
    /// Does this with whoever is at standard input.
    pub fn at_stdin<T>(work: impl FnOnce(&mut Asked<'_>) -> T) -> T {
        let stdin = std::io::stdin();
        if !stdin.is_terminal() {
            return work(&mut Asked::Nobody);
        }
        work(&mut Asked::Person(&mut stdin.lock()))
    }

    /// What the flag says, or a person; without a person the default.
    ///
    /// # Errors
    /// A sentence with the flag, if nobody says it and there is no default.
    pub fn say(&mut self, flag: Option<String>, question: Question<'_>) -> Result<String> {
        let Question { what, flag: name, default } = question;
        if let Some(said) = flag {
            return Ok(said);
        }
        let Self::Person(lines) = self else {
            return match default {
                Some(default) => Ok(default.to_owned()),
                None => bail!("nobody is there to say the {what}: name it by {name}"),
            };
        };
        let shown = default.map(|it| format!(" [{it}]")).unwrap_or_default();
        eprint!("{what}{shown}: ");
        std::io::stderr().flush().context("cannot ask")?;
        let mut line = String::new();
        lines.read_line(&mut line).context("cannot read standard input")?;
        match (line.trim(), default) {
            ("", Some(default)) => Ok(default.to_owned()),
            ("", None) => bail!("no {what} was said: say it, or name it by {name}"),
            (said, _) => Ok(said.to_owned()),
        }
    }
}
