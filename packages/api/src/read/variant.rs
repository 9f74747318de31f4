use super::{Fields, Json, Read, Unreadable};

/// Which variant of an enum a JSON value names.
pub struct Variant;

/// The name of the variant, for errors, and what stands under it.
pub struct Content(&'static str, Json);

impl Variant {
    /// Its place among `names`, and its content: `"name"` or `{"name": …}`.
    pub fn of(json: Json, names: &'static [&'static str]) -> Result<(usize, Content), Unreadable> {
        let (name, content) = match json {
            Json::Text(name) => (name, Json::Null),
            Json::Map(fields) => match <[_; 1]>::try_from(fields) {
                Ok([(name, content)]) => (name, content),
                Err(_) => return Err(Unreadable::new("not exactly one variant")),
            },
            _ => return Err(Unreadable::new("not a variant")),
        };
        match names.iter().enumerate().find(|(_, known)| **known == name) {
            Some((at, known)) => Ok((at, Content(known, content))),
            None => {
                let known = names.join(", ");
                Err(Unreadable::new(&["unknown variant ", &name, ", known are: ", &known].concat()))
            }
        }
    }
}

impl Content {
    /// Nothing must stand there.
    pub fn nothing(self) -> Result<(), Unreadable> {
        match self.1 {
            Json::Null => Ok(()),
            _ => Err(self.unreadable()),
        }
    }

    /// One value.
    pub fn value<T: Read>(self) -> Result<T, Unreadable> {
        T::read(self.1).map_err(|error| error.within(self.0))
    }

    /// Named fields.
    pub fn fields<T>(self, read: impl FnOnce(Fields) -> Result<T, Unreadable>) -> Result<T, Unreadable> {
        Fields::of(self.1).and_then(read).map_err(|error| error.within(self.0))
    }

    /// That this variant has no such content.
    pub fn unreadable(&self) -> Unreadable {
        Unreadable::new("not expected here").within(self.0)
    }
}
