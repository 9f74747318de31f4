use super::{Json, Unreadable};

/// Which variant of an enum a JSON value names, and what stands under it.
pub struct Variant {
    /// Its place among the names.
    pub place: usize,
    /// Its name.
    pub name: &'static str,
    /// What stands under it: `null` for a bare name.
    pub content: Json,
}

impl Variant {
    /// Of `"name"` or `{"name": …}`.
    pub fn of(json: Json, names: &'static [&'static str]) -> Result<Self, Unreadable> {
        let (named, content) = match json {
            Json::Text(named) => (named, Json::Null),
            Json::Map(fields) => match <[_; 1]>::try_from(fields) {
                Ok([field]) => field,
                Err(_) => return Err(Unreadable::new("not exactly one variant")),
            },
            _ => return Err(Unreadable::new("not a variant")),
        };
        match names.iter().enumerate().find(|(_, name)| **name == named) {
            Some((place, name)) => Ok(Self { place, name, content }),
            None => {
                let known = names.join(", ");
                Err(Unreadable::new(&["unknown variant ", &named, ", known are: ", &known].concat()))
            }
        }
    }
}
