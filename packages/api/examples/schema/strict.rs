use serde_json::Value;

/// Says of every object with named fields that it has no others.
///
/// The contracts ignore unknown fields, and a later version may answer with more. A generator of types takes silence for
/// `[field: string]: unknown`, which types nothing and which no field of another type fits into.
pub fn no_other_fields(schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            if fields.get("type").is_some_and(|kind| kind == "object")
                && fields.get("additionalProperties").is_none()
            {
                fields.insert("additionalProperties".into(), false.into());
            }
            fields.values_mut().for_each(no_other_fields);
        }
        Value::Array(items) => items.iter_mut().for_each(no_other_fields),
        _ => {}
    }
}

/// Spells titles as types are spelled: `Nullable_uint64` becomes `NullableUint64`.
///
/// ts-codegen names such a type once after the title as it is and once in camel case, and misses one of the two.
pub fn titles_as_types(schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            if let Some(Value::String(title)) = fields.get_mut("title")
                && let Some(inner) = title.strip_prefix("Nullable_")
            {
                let (first, rest) = inner.split_at(1);
                *title = format!("Nullable{}{rest}", first.to_uppercase());
            }
            fields.values_mut().for_each(titles_as_types);
        }
        Value::Array(items) => items.iter_mut().for_each(titles_as_types),
        _ => {}
    }
}
