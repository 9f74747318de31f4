//! As much of JSON schema (draft 7) as our schema uses. A word that it does not know fails the test: so nothing is passed
//! over. A crate that knows all of it compiles longer than everything else here.

use serde_json::{Map, Value};

/// What says nothing about a value.
const SAYS_NOTHING: [&str; 6] = ["$schema", "title", "description", "definitions", "default", "format"];

/// A schema, with its definitions.
pub struct Schema(Value);

impl Schema {
    /// One of `schema/`, or a part of it.
    pub fn of(file: &str, pointer: &str) -> Self {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schema").join(file);
        let whole: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        Self(whole.pointer(pointer).unwrap_or_else(|| panic!("{file} has no {pointer}")).clone())
    }

    /// What is wrong with a value, with its path.
    pub fn check(&self, value: &Value) -> Result<(), String> {
        self.holds(&self.0, value, "")
    }

    fn holds(&self, schema: &Value, value: &Value, at: &str) -> Result<(), String> {
        let Some(words) = schema.as_object() else {
            return if schema == &Value::Bool(true) {
                Ok(())
            } else {
                Err(format!("{at}: nothing may be here"))
            };
        };
        for (word, says) in words {
            self.says(word, says, words, value, at)?;
        }
        Ok(())
    }

    fn says(
        &self,
        word: &str,
        says: &Value,
        all: &Map<String, Value>,
        value: &Value,
        at: &str,
    ) -> Result<(), String> {
        let list = || says.as_array().cloned().unwrap_or_else(|| vec![says.clone()]);
        let good = |schema: &Value| self.holds(schema, value, at).is_ok();
        let number = says.as_f64().unwrap_or_default();
        let holds = match word {
            word if SAYS_NOTHING.contains(&word) => true,
            "$ref" => {
                let name = says.as_str().and_then(|name| name.strip_prefix('#')).unwrap_or_default();
                return self.holds(self.0.pointer(name).ok_or_else(|| format!("no {says}"))?, value, at);
            }
            "type" => list().iter().any(|ty| is_a(ty.as_str().unwrap_or_default(), value)),
            "enum" => list().contains(value),
            "minimum" => value.as_f64().map_or(true, |value| value >= number),
            "maximum" => value.as_f64().map_or(true, |value| value <= number),
            "minLength" => {
                value.as_str().map_or(true, |text| text.len() as u64 >= says.as_u64().unwrap_or(0))
            }
            "minItems" => {
                value.as_array().map_or(true, |items| items.len() as u64 >= says.as_u64().unwrap_or(0))
            }
            "maxItems" => {
                value.as_array().map_or(true, |items| items.len() as u64 <= says.as_u64().unwrap_or(0))
            }
            "pattern" => {
                let pattern = regex_lite::Regex::new(says.as_str().unwrap_or_default()).unwrap();
                value.as_str().map_or(true, |text| pattern.is_match(text))
            }
            "allOf" => list().iter().all(good),
            "anyOf" => list().iter().any(good),
            "oneOf" => list().iter().filter(|schema| good(schema)).count() == 1,
            "required" => list().iter().all(|name| value.get(name.as_str().unwrap_or_default()).is_some()),
            "properties" => {
                for (name, schema) in says.as_object().into_iter().flatten() {
                    if let Some(value) = value.get(name) {
                        self.holds(schema, value, &format!("{at}/{name}"))?;
                    }
                }
                true
            }
            "additionalProperties" => {
                for (name, value) in value.as_object().into_iter().flatten() {
                    if all.get("properties").map_or(true, |known| known.get(name).is_none()) {
                        self.holds(says, value, &format!("{at}/{name}"))?;
                    }
                }
                true
            }
            "items" => {
                let schema = |index: usize| says.as_array().map_or(Some(says), |items| items.get(index));
                for (index, value) in value.as_array().into_iter().flatten().enumerate() {
                    self.holds(
                        schema(index).unwrap_or(&Value::Bool(false)),
                        value,
                        &format!("{at}/{index}"),
                    )?;
                }
                true
            }
            word => panic!("{at}: this test does not know the word {word}"),
        };
        holds.then_some(()).ok_or_else(|| format!("{at}: {value} is not {word} {says}"))
    }
}

fn is_a(ty: &str, value: &Value) -> bool {
    match ty {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_u64() || value.is_i64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("no type is called {other}"),
    }
}
