use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::doc::{Doc, Field, small};

/// A change to the structure of a text. The first index says which part of the text it is made to, among those that it
/// can be made to; the second, which field or item of that.
#[derive(Debug, Clone)]
pub enum Change {
    Drop(Index, Index),
    Add(Index, Index, String, Doc),
    Repeat(Index, Index, Index),
    RepeatWith(Index, Index, Doc),
    Move(Index, Index, Index),
    Rename(Index, Index, String),
    EscapeName(Index, Index),
    SwapCaseOfName(Index, Index),
    DropItem(Index, Index),
    RepeatItem(Index, Index),
    Replace(Index, Doc),
    Nest(Index, Option<String>),
    Unnest(Index),
    Escape(Index),
    Quote(Index),
    SwapCase(Index),
}

impl Change {
    /// Makes it; nothing where the text has no such part.
    pub fn apply(&self, doc: &mut Doc) {
        match self {
            Self::Replace(at, new) => {
                part(doc, at, |_| true).into_iter().for_each(|part| *part = new.clone());
            }
            Self::Nest(at, name) => part(doc, at, |_| true).into_iter().for_each(|part| {
                let inner = std::mem::replace(part, Doc::raw("null"));
                *part = match name {
                    Some(name) => Doc::Map(vec![Field::new(name, inner)]),
                    None => Doc::List(vec![inner]),
                };
            }),
            Self::Unnest(at) => part(doc, at, holds_one).into_iter().for_each(unnest),
            Self::Escape(at) => part(doc, at, is_text).into_iter().for_each(|part| {
                if let Doc::Text(text) = part {
                    *part = Doc::Escaped(std::mem::take(text));
                }
            }),
            Self::Quote(at) => part(doc, at, is_leaf).into_iter().for_each(|part| match part {
                Doc::Raw(text) => *part = Doc::Text(std::mem::take(text)),
                Doc::Text(text) => *part = Doc::Raw(std::mem::take(text)),
                _ => (),
            }),
            Self::SwapCase(at) => part(doc, at, is_text).into_iter().for_each(|part| {
                if let Doc::Text(text) = part {
                    *text = swapped(text);
                }
            }),
            Self::DropItem(at, which) => items(doc, at, |items| {
                items.remove(which.index(items.len()));
            }),
            Self::RepeatItem(at, which) => items(doc, at, |items| {
                items.push(items[which.index(items.len())].clone());
            }),
            _ => self.apply_to_fields(doc),
        }
    }

    fn apply_to_fields(&self, doc: &mut Doc) {
        match self {
            Self::Drop(at, which) => fields(doc, at, |fields| {
                fields.remove(which.index(fields.len()));
            }),
            Self::Add(at, to, name, value) => fields(doc, at, |fields| {
                fields.insert(to.index(fields.len()), Field::new(name, value.clone()));
            }),
            Self::Repeat(at, which, to) => fields(doc, at, |fields| {
                let field = fields[which.index(fields.len())].clone();
                fields.insert(to.index(fields.len()), field);
            }),
            Self::RepeatWith(at, which, value) => fields(doc, at, |fields| {
                let name = fields[which.index(fields.len())].name.clone();
                fields.push(Field::new(&name, value.clone()));
            }),
            Self::Move(at, which, to) => fields(doc, at, |fields| {
                let (one, other) = (which.index(fields.len()), to.index(fields.len()));
                fields.swap(one, other);
            }),
            Self::Rename(at, which, name) => fields(doc, at, |fields| {
                one(fields, which).name.clone_from(name);
            }),
            Self::EscapeName(at, which) => fields(doc, at, |fields| {
                one(fields, which).is_escaped = true;
            }),
            Self::SwapCaseOfName(at, which) => fields(doc, at, |fields| {
                let field = one(fields, which);
                field.name = swapped(&field.name);
            }),
            other => unreachable!("{other:?} is made to no field"),
        }
    }
}

fn part<'a>(doc: &'a mut Doc, at: &Index, is: fn(&Doc) -> bool) -> Option<&'a mut Doc> {
    match doc.count(is) {
        0 => None,
        parts => doc.nth(is, &mut at.index(parts)),
    }
}

/// Changes an object that has fields.
fn fields(doc: &mut Doc, at: &Index, change: impl FnOnce(&mut Vec<Field>)) {
    if let Some(Doc::Map(fields)) = part(doc, at, |doc| matches!(doc, Doc::Map(fields) if !fields.is_empty()))
    {
        change(fields);
    }
}

fn one<'a>(fields: &'a mut [Field], which: &Index) -> &'a mut Field {
    let at = which.index(fields.len());
    &mut fields[at]
}

/// Changes a list that has items.
fn items(doc: &mut Doc, at: &Index, change: impl FnOnce(&mut Vec<Doc>)) {
    if let Some(Doc::List(items)) = part(doc, at, |doc| matches!(doc, Doc::List(items) if !items.is_empty()))
    {
        change(items);
    }
}

fn is_text(doc: &Doc) -> bool {
    matches!(doc, Doc::Text(_))
}

fn is_leaf(doc: &Doc) -> bool {
    matches!(doc, Doc::Text(_) | Doc::Raw(_))
}

fn holds_one(doc: &Doc) -> bool {
    matches!(doc, Doc::List(items) if !items.is_empty())
        || matches!(doc, Doc::Map(fields) if !fields.is_empty())
}

/// Puts the first item or the first field's value in the place of what holds it.
fn unnest(doc: &mut Doc) {
    let inner = match doc {
        Doc::List(items) => items.swap_remove(0),
        Doc::Map(fields) => fields.swap_remove(0).value,
        _ => return,
    };
    *doc = inner;
}

/// Lower case for upper case, and the other way round.
fn swapped(text: &str) -> String {
    let swap = |letter: char| {
        if letter.is_ascii_lowercase() { letter.to_ascii_uppercase() } else { letter.to_ascii_lowercase() }
    };
    text.chars().map(swap).collect()
}

/// Up to five changes; `names` are the fields that some type knows.
pub fn changes(names: Vec<String>) -> impl Strategy<Value = Vec<Change>> {
    let at = any::<Index>;
    let name = || prop_oneof![3 => select(names.clone()), 1 => "[a-z]{0,3}"];
    let inner = prop_oneof![Just(None), select(names.clone()).prop_map(Some)];
    let change = prop_oneof![
        2 => (at(), at()).prop_map(|(at, which)| Change::Drop(at, which)),
        4 => (at(), at(), name(), small()).prop_map(|(at, to, name, doc)| Change::Add(at, to, name, doc)),
        1 => (at(), at(), at()).prop_map(|(at, which, to)| Change::Repeat(at, which, to)),
        1 => (at(), at(), small()).prop_map(|(at, which, doc)| Change::RepeatWith(at, which, doc)),
        4 => (at(), at(), at()).prop_map(|(at, which, to)| Change::Move(at, which, to)),
        1 => (at(), at(), name()).prop_map(|(at, which, name)| Change::Rename(at, which, name)),
        2 => (at(), at()).prop_map(|(at, which)| Change::EscapeName(at, which)),
        1 => (at(), at()).prop_map(|(at, which)| Change::SwapCaseOfName(at, which)),
        1 => (at(), at()).prop_map(|(at, which)| Change::DropItem(at, which)),
        1 => (at(), at()).prop_map(|(at, which)| Change::RepeatItem(at, which)),
        3 => (at(), small()).prop_map(|(at, doc)| Change::Replace(at, doc)),
        1 => (at(), inner).prop_map(|(at, name)| Change::Nest(at, name)),
        1 => at().prop_map(Change::Unnest),
        2 => at().prop_map(Change::Escape),
        2 => at().prop_map(Change::Quote),
        2 => at().prop_map(Change::SwapCase),
    ];
    vec(change, 0..6)
}
