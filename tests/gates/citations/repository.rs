use std::{
    collections::BTreeMap,
    fs,
    path::{Component, Path, PathBuf},
};

/// Kinds of files whose text may cite.
const CITING: [&str; 8] = ["rs", "md", "toml", "mjs", "ts", "go", "proto", "sh"];
/// Folders of what is made, not written, and of git.
const MADE: [&str; 5] = ["target", "artifacts", "node_modules", "dist", ".git"];

/// All files by their paths from the root, with the text of those that may cite.
pub struct Repository(BTreeMap<String, Option<String>>);

impl Repository {
    /// Reads what lies below a folder.
    pub fn load(root: &Path) -> Self {
        let mut files = BTreeMap::new();
        walk(root, root, &mut files);
        Self(files)
    }

    /// One of these texts.
    #[cfg(test)]
    pub fn of(texts: impl IntoIterator<Item = (String, String)>) -> Self {
        Self(texts.into_iter().map(|(path, text)| (path, Some(text))).collect())
    }

    /// The texts that may cite, by their paths.
    pub fn texts(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().filter_map(|(path, text)| Some((path.as_str(), text.as_deref()?)))
    }

    /// The text of a file.
    pub fn text(&self, path: &str) -> Option<&str> {
        self.0.get(path)?.as_deref()
    }

    /// The document that a file names: by the way to it from there or from the root, else by the end of its path.
    pub fn document(&self, from: &str, name: &str) -> Option<&str> {
        let beside = self.beside(from, name).and_then(|path| self.text(&path));
        // A way in code can begin at the folder of its package.
        let name = name.trim_start_matches("../");
        let ending = format!("/{name}");
        let by_ending = || self.texts().find(|(path, _)| path.ends_with(&ending)).map(|(_, text)| text);
        beside.or_else(|| self.text(name)).or_else(by_ending)
    }

    /// The path of the file or folder to which a way leads from a file.
    pub fn beside(&self, from: &str, way: &str) -> Option<String> {
        let mut path = PathBuf::from(from);
        path.pop();
        for step in Path::new(way).components() {
            match step {
                Component::Normal(name) => path.push(name),
                Component::ParentDir if path.pop() => {}
                Component::CurDir => {}
                _ => return None,
            }
        }
        let path = path.to_str()?.to_owned();
        let folder = format!("{path}/");
        let is_there = self.0.contains_key(&path) || self.0.keys().any(|file| file.starts_with(&folder));
        is_there.then_some(path)
    }
}

fn walk(root: &Path, folder: &Path, files: &mut BTreeMap<String, Option<String>>) {
    for entry in fs::read_dir(folder).expect("the folder is readable") {
        let path = entry.expect("the folder is readable").path();
        let name = path.file_name().and_then(|name| name.to_str()).expect("names are UTF-8");
        if MADE.contains(&name) || name.starts_with("target-") {
            continue;
        }
        if path.is_dir() {
            walk(root, &path, files);
            continue;
        }
        let cites = path.extension().is_some_and(|ending| CITING.iter().any(|one| ending == *one));
        let text = cites.then(|| fs::read_to_string(&path).expect("sources are UTF-8"));
        let below = path.strip_prefix(root).expect("it lies below the root");
        files.insert(below.to_str().expect("names are UTF-8").to_owned(), text);
    }
}
