//! Every reference of the repository stays in it.
//!
//! Whoever reads a comment has a clone and nothing else. So each document that is named must be here, each heading
//! that is cited must be in it, and each link of a Markdown file must lead to a file, a folder or a heading. The form
//! of a citation is the document's name, a comma and headings in double quotes, parted by commas or `and`; it may run
//! over lines of a comment.

mod document;
mod repository;
mod text;

use document::Document;
use repository::Repository;
use text::Text;

/// Documents that may be named though they are not here, and why.
const ELSEWHERE: [(&str, &str); 1] =
    [("RELEASE_NOTES.md", "a file of a release, which `cargo xtask release` makes")];

#[test]
fn no_reference_leaves_the_repository() {
    let found = check(&Repository::load(&crate::artifact::root()), &ELSEWHERE);
    assert_eq!(found.faults, Vec::<String>::new());
    // A gate that reads nothing refuses nothing.
    assert!(found.headings > 100 && found.links > 10, "{} headings, {} links", found.headings, found.links);
}

/// What a look at a repository found.
#[derive(Default)]
struct Found {
    /// How many headings are cited.
    headings: usize,
    /// How many links there are within the repository.
    links: usize,
    /// What is wrong, each with its place.
    faults: Vec<String>,
}

fn check(repository: &Repository, elsewhere: &[(&str, &str)]) -> Found {
    let mut found = Found::default();
    for (path, source) in repository.texts() {
        check_citations(repository, elsewhere, path, source, &mut found);
        if path.ends_with(".md") {
            check_links(repository, path, source, &mut found);
        }
    }
    found
}

fn check_citations(
    repository: &Repository,
    elsewhere: &[(&str, &str)],
    path: &str,
    source: &str,
    found: &mut Found,
) {
    let text = Text::of(source);
    for citation in text.citations() {
        let (document, line) = (citation.document, citation.line);
        if elsewhere.iter().any(|(name, _)| *name == document) {
            continue;
        }
        let Some(cited) = repository.document(path, document) else {
            found.faults.push(format!("{path}:{line}: {document} is not in the repository"));
            continue;
        };
        if citation.is_by_number {
            found.faults.push(format!("{path}:{line}: {document} is cited by a number, not by a heading"));
        }
        found.headings += citation.headings.len();
        for heading in citation.headings {
            if !Document::of(cited).has_heading(heading) {
                found.faults.push(format!("{path}:{line}: {document} has no heading {heading:?}"));
            }
        }
    }
}

fn check_links(repository: &Repository, path: &str, source: &str, found: &mut Found) {
    for target in Document::of(source).links() {
        found.links += 1;
        let (file, anchor) = target.split_once('#').map_or((target, None), |(file, at)| (file, Some(at)));
        let linked = if file.is_empty() { Some(path.to_owned()) } else { repository.beside(path, file) };
        let leads = match (linked, anchor) {
            (None, _) => false,
            (Some(_), None) => true,
            (Some(linked), Some(anchor)) => {
                repository.text(&linked).is_some_and(|text| Document::of(text).has_anchor(anchor))
            }
        };
        if !leads {
            found.faults.push(format!("{path}: the link to {target} leads nowhere"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is wrong with a citing file beside a small repository. Ends of names are written `.MD` here, since this file
    /// is looked at, too.
    fn faults(path: &str, text: &str) -> Vec<String> {
        let guide =
            "# Guide\n\n## The keys\n\n### It's `done`: a, b\n\n```sh\n## no heading\n```\n\n## The keys\n";
        let files = [("docs/guide.MD", guide), ("lib/README.MD", "# Lib\n"), ("lib/x.rs", ""), (path, text)];
        let files = files.map(|(path, text)| (path.replace(".MD", ".md"), text.replace(".MD", ".md")));
        let rfc = "rfc.MD".replace(".MD", ".md");
        check(&Repository::of(files), &[(&rfc, "published elsewhere")]).faults
    }

    #[test]
    fn what_is_here_may_be_cited() {
        for good in [
            "/// See guide.MD and `docs/guide.MD`; ../docs/guide.MD, too.",
            "//! As it says (guide.MD, \"The keys\" and \"It's done: a, b\").",
            "    /// As it says (guide.MD,\n    /// \"The\n    /// keys\", \"Guide\").",
            "// rfc.MD is listed, https://example.org/other.MD has an address, and file.mdx is no name.",
            "let all = [\"guide.MD\", \"README.MD\"];",
            "let ending = \".MD\";",
        ] {
            assert_eq!(faults("lib/citing.rs", good), [""; 0], "{good}");
        }
    }

    #[test]
    fn a_document_that_is_not_here_is_refused_in_every_kind_of_file() {
        for path in ["a.rs", "b/c.toml", "d.go", "e.proto", "f.sh", "g.mjs", "h.MD"] {
            let wrong = faults(path, "\n# see nowhere.MD 12.1\n");
            assert_eq!(
                wrong,
                [format!("{path}:2: nowhere.MD is not in the repository").replace(".MD", ".md")]
            );
        }
        assert_eq!(faults("a.rs", "// lib/guide.MD").len(), 1, "there is one, but not in that folder");
    }

    #[test]
    fn a_heading_that_the_document_lacks_is_refused() {
        let wrong = faults("a.rs", "//! (guide.MD, \"The keys\",\n//! \"The locks\" and \"no heading\").\n");
        let no = |heading: &str| format!("a.rs:1: guide.MD has no heading {heading:?}").replace(".MD", ".md");
        assert_eq!(wrong, [no("The locks"), no("no heading")]);
    }

    #[test]
    fn a_citation_by_number_is_refused() {
        for wrong in ["// (guide.MD 3.1)", "// (guide.MD\n// 12)"] {
            assert_eq!(faults("a.rs", wrong).len(), 1, "{wrong}");
        }
    }

    #[test]
    fn links_lead_to_files_folders_and_headings() {
        for good in ["guide.MD", "../lib", "../lib/x.rs", "#here", "guide.MD#the-keys-1", "https://a.b/c#d"] {
            assert_eq!(faults("docs/citing.MD", &format!("# Here\n[a\nb]({good})")), [""; 0], "{good}");
        }
        assert_eq!(faults("a.MD", "`[a](b)`\n```\n[a](b)\n```\n[a](docs/guide.MD#its-done-a-b)"), [""; 0]);
        for bad in ["lib", "../lib/y.rs", "../..", "#there", "guide.MD#the-keys-2", "../lib/x.rs#L1"] {
            let wrong = faults("docs/citing.MD", &format!("# Here\n[a]({bad})"));
            assert_eq!(wrong.len(), 1, "{bad}: {wrong:?}");
        }
    }
}
