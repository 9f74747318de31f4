use serde_json::Value;

use crate::doc::{Doc, Field};

/// A text for each alternative of a type, with every field that its schema knows.
pub fn all(schema: &Value) -> Vec<Doc> {
    of(schema, &schema["definitions"])
}

fn of(schema: &Value, definitions: &Value) -> Vec<Doc> {
    if let Some(name) = schema["$ref"].as_str().and_then(|path| path.strip_prefix("#/definitions/")) {
        return match name {
            "Binary" => vec![Doc::Text("aGk=".into())],
            "Uint128" => vec![Doc::Text("340282366920938463463374607431768211455".into())],
            _ => of(&definitions[name], definitions),
        };
    }
    let alternatives = ["allOf", "anyOf", "oneOf"].iter().find_map(|word| schema[*word].as_array());
    if let Some(alternatives) = alternatives {
        return alternatives.iter().flat_map(|one| of(one, definitions)).collect();
    }
    if let Some(words) = schema["enum"].as_array() {
        return words.iter().filter_map(Value::as_str).map(|word| Doc::Text(word.to_owned())).collect();
    }
    let first = |schema: &Value| of(schema, definitions).remove(0);
    vec![match kind(schema) {
        "null" => return Vec::new(),
        "boolean" => Doc::raw("true"),
        "integer" => Doc::raw("5"),
        "string" => Doc::Text("aB1".into()),
        "array" => match &schema["items"] {
            Value::Array(items) => Doc::List(items.iter().map(first).collect()),
            item => Doc::List(vec![first(item), first(item)]),
        },
        "object" => {
            let fields = schema["properties"].as_object().into_iter().flatten();
            let fields = fields.map(|(name, schema)| Field::new(name, first(schema)));
            let others = schema["additionalProperties"].is_object();
            let others = others.then(|| Field::new("aB1", first(&schema["additionalProperties"])));
            Doc::Map(fields.chain(others).collect())
        }
        other => panic!("the schema says `{other}`: {schema}"),
    }]
}

/// The type that a schema names; not `null` where it names another too.
fn kind(schema: &Value) -> &str {
    let all = schema["type"].as_array();
    let of_many = all.and_then(|all| all.iter().filter_map(Value::as_str).find(|name| *name != "null"));
    of_many.or_else(|| schema["type"].as_str()).unwrap_or("nothing")
}
