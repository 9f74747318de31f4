use std::collections::BTreeSet;
use std::fmt::{self, Display, Formatter};

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

/// A JSON text by its structure, also one that is wrong: names may stand twice, and numbers be anything.
#[derive(Debug, Clone)]
pub enum Doc {
    /// As it is written.
    Raw(String),
    /// A text.
    Text(String),
    /// The same, each letter as `\uXXXX`.
    Escaped(String),
    List(Vec<Doc>),
    Map(Vec<Field>),
}

#[derive(Debug, Clone)]
pub struct Field {
    pub name: String,
    pub is_escaped: bool,
    pub value: Doc,
}

impl Field {
    pub fn new(name: &str, value: Doc) -> Self {
        Self { name: name.to_owned(), is_escaped: false, value }
    }
}

impl Doc {
    pub fn raw(text: &str) -> Self {
        Self::Raw(text.to_owned())
    }

    /// How many parts are such.
    pub fn count(&self, is: fn(&Doc) -> bool) -> usize {
        let below: usize = match self {
            Self::List(items) => items.iter().map(|item| item.count(is)).sum(),
            Self::Map(fields) => fields.iter().map(|field| field.value.count(is)).sum(),
            _ => 0,
        };
        below + usize::from(is(self))
    }

    /// The part that has `before` such before it.
    pub fn nth(&mut self, is: fn(&Doc) -> bool, before: &mut usize) -> Option<&mut Doc> {
        if is(self) {
            if *before == 0 {
                return Some(self);
            }
            *before -= 1;
        }
        match self {
            Self::List(items) => items.iter_mut().find_map(|item| item.nth(is, before)),
            Self::Map(fields) => fields.iter_mut().find_map(|field| field.value.nth(is, before)),
            _ => None,
        }
    }

    /// The names of all fields.
    pub fn names(&self, found: &mut BTreeSet<String>) {
        match self {
            Self::List(items) => items.iter().for_each(|item| item.names(found)),
            Self::Map(fields) => fields.iter().for_each(|field| {
                found.insert(field.name.clone());
                field.value.names(found);
            }),
            _ => (),
        }
    }
}

impl Display for Doc {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let joined = |parts: Vec<String>| parts.join(", ");
        match self {
            Self::Raw(text) => f.write_str(text),
            Self::Text(text) => f.write_str(&written(text, false)),
            Self::Escaped(text) => f.write_str(&written(text, true)),
            Self::List(items) => write!(f, "[{}]", joined(items.iter().map(ToString::to_string).collect())),
            Self::Map(fields) => {
                let field =
                    |field: &Field| format!("{}: {}", written(&field.name, field.is_escaped), field.value);
                write!(f, "{{{}}}", joined(fields.iter().map(field).collect()))
            }
        }
    }
}

fn written(text: &str, is_escaped: bool) -> String {
    if is_escaped {
        let units: String = text.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect();
        format!("\"{units}\"")
    } else {
        serde_json::to_string(text).expect("a text")
    }
}

/// Values of the wrong type, at the edges, or no JSON.
const LEAVES: &[&str] = &[
    "null",
    "true",
    "false",
    "0",
    "1",
    "5",
    "-1",
    "-0",
    "1.0",
    "1.5",
    "5e0",
    "1E3",
    "1e-3",
    "01",
    "+1",
    ".5",
    "NaN",
    "255",
    "256",
    "65535",
    "65536",
    "2147483647",
    "2147483648",
    "-2147483648",
    "-2147483649",
    "4294967295",
    "4294967296",
    "9223372036854775807",
    "-9223372036854775808",
    "-9223372036854775809",
    "18446744073709551615",
    "18446744073709551616",
    "340282366920938463463374607431768211455",
    "1e308",
    "1e309",
    "-1e400",
    "[]",
    "{}",
    r#""""#,
    r#""5""#,
    r#""+5""#,
    r#""05""#,
    r#"" 5""#,
    r#""-1""#,
    r#""1.0""#,
    r#""null""#,
    r#""true""#,
    r#""aGk=""#,
    r#""aGk""#,
    r#""aGl=""#,
    r#""aG k=""#,
    r#""\ud800""#,
    r#""\udc00\ud800""#,
    r#""\ud83d\ude00""#,
    r#""\u0000""#,
    r#""\x""#,
    "\"\u{1}\"",
    r#""340282366920938463463374607431768211456""#,
    r#""mainnet""#,
    r#""Mainnet""#,
    r#"{"mainnet": null}"#,
    r#"{"mainnet": {}}"#,
    r#"{"mainnet": null, "mainnet": null}"#,
    "",
    "[",
    "}",
];

/// Small texts of anything.
pub fn small() -> impl Strategy<Value = Doc> {
    let leaf = prop_oneof![
        6 => select(LEAVES).prop_map(Doc::raw),
        1 => any::<u64>().prop_map(|number| Doc::Raw(number.to_string())),
        1 => any::<String>().prop_map(Doc::Text),
        1 => any::<String>().prop_map(Doc::Escaped),
    ];
    leaf.prop_recursive(2, 8, 3, |inner| {
        let field = (select(&["a", "b", "mainnet"][..]), inner.clone());
        let field = field.prop_map(|(name, value)| Field::new(name, value));
        prop_oneof![vec(inner, 0..3).prop_map(Doc::List), vec(field, 0..3).prop_map(Doc::Map)]
    })
}
