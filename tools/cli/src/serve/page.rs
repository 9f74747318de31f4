//! The two pages, as tools/dashboard makes them: one file each, with everything in it.

/// The dashboard.
pub const DASHBOARD: &str = include_str!("../../../dashboard/dist/dashboard.html");
/// The page of `packages/client-ts`: a transaction is sent, or named, and waited for until it is final.
pub const FINAL: &str = include_str!("../../../dashboard/dist/final.html");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_one_small_file_that_names_no_foreign_host() {
        for page in [DASHBOARD, FINAL] {
            assert!(page.len() < 250_000, "{} bytes", page.len());
            for fetched in ["src=\"http", "href=\"http", "url(http", "@import", "//cdn"] {
                assert!(!page.contains(fetched), "{fetched}");
            }
            assert!(page.contains("default-src 'none'"), "scripts and styles are by hash alone");
        }
    }
}
