//! Which checks are made: `--only` and `--skip`.

use super::table;

/// A choice of checks, by id (`I4`) or by group (`I`).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection {
    only: Vec<String>,
    skip: Vec<String>,
}

impl Selection {
    /// Only these, if any are named, and not those.
    ///
    /// # Errors
    /// A sentence, for an id that there is not.
    pub fn new(only: &[String], skip: &[String]) -> Result<Self, String> {
        let upper = |ids: &[String]| ids.iter().map(|id| id.trim().to_uppercase()).collect::<Vec<_>>();
        let (only, skip) = (upper(only), upper(skip));
        for id in only.iter().chain(&skip) {
            if !table::checks().any(|check| is_named(id, check.id)) {
                let groups: Vec<&str> = table::GROUPS.iter().map(|(letter, _)| *letter).collect();
                return Err(format!(
                    "there is no check `{id}`: they are {} with a number, and a letter alone means all of its group",
                    groups.join(", ")
                ));
            }
        }
        Ok(Self { only, skip })
    }

    /// Whether this check is made.
    pub fn takes(&self, id: &str) -> bool {
        let named = |list: &[String]| list.iter().any(|entry| is_named(entry, id));
        (self.only.is_empty() || named(&self.only)) && !named(&self.skip)
    }
}

/// By its id, or by the letter of its group.
fn is_named(entry: &str, id: &str) -> bool {
    entry == id || (entry.len() == 1 && id.starts_with(entry))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(only: &[&str], skip: &[&str]) -> Result<Selection, String> {
        let owned = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>();
        Selection::new(&owned(only), &owned(skip))
    }

    #[test]
    fn checks_are_chosen_by_id_and_by_group() {
        assert!(Selection::default().takes("N1"));
        let chosen = of(&["i", "N1"], &["I4"]).unwrap();
        let taken = |id| chosen.takes(id);
        assert_eq!(["I1", "I4", "N1", "N2"].map(taken), [true, false, true, false]);
    }

    #[test]
    fn a_check_that_there_is_not_is_named() {
        let error = of(&["I99"], &[]).unwrap_err();
        assert!(error.starts_with("there is no check `I99`: they are N, C, M, "), "{error}");
        assert!(of(&[], &["X"]).is_err());
    }
}
