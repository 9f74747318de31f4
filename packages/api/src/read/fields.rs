use super::{Json, Read, Unreadable};

/// The fields of a struct that are still to be taken.
pub struct Fields(Vec<(String, Json)>);

impl Fields {
    /// Of an object; anything else is an error.
    pub fn of(json: Json) -> Result<Self, Unreadable> {
        match json {
            Json::Map(fields) => Ok(Self(fields)),
            _ => Err(Unreadable::new("not an object")),
        }
    }

    /// A field that must be there, unless its type knows what absence means.
    pub fn take<T: Read>(&mut self, name: &str) -> Result<T, Unreadable> {
        match self.remove(name)? {
            Some(json) => T::read(json).map_err(|error| error.within(name)),
            None => T::absent().ok_or_else(|| Unreadable::new("missing").within(name)),
        }
    }

    /// A field that is its type's default where it is absent.
    pub fn take_or_default<T: Read + Default>(&mut self, name: &str) -> Result<T, Unreadable> {
        match self.remove(name)? {
            Some(json) => T::read(json).map_err(|error| error.within(name)),
            None => Ok(T::default()),
        }
    }

    fn remove(&mut self, name: &str) -> Result<Option<Json>, Unreadable> {
        let Some(at) = self.0.iter().position(|(key, _)| key == name) else {
            return Ok(None);
        };
        let (_, json) = self.0.swap_remove(at);
        if self.0.iter().any(|(key, _)| key == name) {
            return Err(Unreadable::new("given twice").within(name));
        }
        Ok(Some(json))
    }
}
