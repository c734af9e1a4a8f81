//! From and to what hosts have: values of `serde_json`, text, numbers, vectors.

use std::borrow::Cow;

use super::{List, Name, Number, Object, Text, Value};

type Json = serde_json::Value;
type JsonObject = serde_json::Map<String, Json>;

impl From<Json> for Value {
    fn from(json: Json) -> Self {
        match json {
            Json::Null => Self::Null,
            Json::Bool(value) => Self::Bool(value),
            Json::Number(number) => Self::Number((&number).into()),
            Json::String(text) => Self::String(text.into()),
            Json::Array(values) => Self::Array(values.into_iter().map(Self::from).collect()),
            Json::Object(object) => Self::Object(object.into()),
        }
    }
}

impl From<&Json> for Value {
    fn from(json: &Json) -> Self {
        json.clone().into()
    }
}

impl From<JsonObject> for Object {
    fn from(object: JsonObject) -> Self {
        object.into_iter().map(|(name, value)| (name, value.into())).collect()
    }
}

impl From<JsonObject> for Value {
    fn from(object: JsonObject) -> Self {
        Self::Object(object.into())
    }
}

impl From<Value> for Json {
    fn from(value: Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(value) => Self::Bool(value),
            Value::Number(number) => Self::from(&number),
            Value::String(text) => Self::String(text.into()),
            Value::Array(values) => Self::Array(values.into_iter().map(Self::from).collect()),
            Value::Object(object) => Self::Object(object.into()),
        }
    }
}

impl From<&Value> for Json {
    fn from(value: &Value) -> Self {
        value.clone().into()
    }
}

impl From<Object> for JsonObject {
    fn from(object: Object) -> Self {
        object.into_iter().map(|(name, value)| (name.into(), value.into())).collect()
    }
}

impl From<Object> for Json {
    fn from(object: Object) -> Self {
        Self::Object(object.into())
    }
}

/// Of digits beyond those that `serde_json` keeps, the nearest number is left.
impl From<&Number> for Json {
    fn from(number: &Number) -> Self {
        match (number.as_i64(), number.as_u64()) {
            (Some(value), _) => value.into(),
            (None, Some(value)) => value.into(),
            (None, None) => number.as_f64().into(),
        }
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<Number> for Value {
    fn from(number: Number) -> Self {
        Self::Number(number)
    }
}

/// Null for what is no number, or infinite.
impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Number::from_f64(value).map_or(Self::Null, Self::Number)
    }
}

impl From<usize> for Value {
    fn from(value: usize) -> Self {
        u64::try_from(value).map_or(Self::Null, Self::from)
    }
}

macro_rules! whole {
    ($($from:ty as $wide:ty),*) => {
        $(impl From<$from> for Value {
            fn from(value: $from) -> Self {
                Self::Number(<$wide>::from(value).into())
            }
        })*
    };
}

whole!(i8 as i64, i16 as i64, i32 as i64, i64 as i64);
whole!(u8 as u64, u16 as u64, u32 as u64, u64 as u64);

macro_rules! text {
    ($($from:ty),*) => {
        $(impl From<$from> for Value {
            fn from(text: $from) -> Self {
                Self::String(text.into())
            }
        })*
    };
}

text!(&str, String, Cow<'_, str>, Text);

impl From<&String> for Value {
    fn from(text: &String) -> Self {
        text.as_str().into()
    }
}

impl From<Name> for Value {
    fn from(name: Name) -> Self {
        name.as_str().into()
    }
}

impl From<List> for Value {
    fn from(values: List) -> Self {
        Self::Array(values)
    }
}

impl From<Object> for Value {
    fn from(object: Object) -> Self {
        Self::Object(object)
    }
}

impl<V: Into<Self>> From<Vec<V>> for Value {
    fn from(values: Vec<V>) -> Self {
        values.into_iter().collect()
    }
}

impl<V: Into<Self>, const COUNT: usize> From<[V; COUNT]> for Value {
    fn from(values: [V; COUNT]) -> Self {
        values.into_iter().collect()
    }
}

/// Null for none.
impl<V: Into<Self>> From<Option<V>> for Value {
    fn from(value: Option<V>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

impl<V: Into<Self>> FromIterator<V> for Value {
    fn from_iter<I: IntoIterator<Item = V>>(values: I) -> Self {
        Self::Array(values.into_iter().map(Into::into).collect())
    }
}

impl PartialEq<Json> for Value {
    fn eq(&self, other: &Json) -> bool {
        match (self, other) {
            (Self::Null, Json::Null) => true,
            (Self::Bool(one), Json::Bool(other)) => one == other,
            (Self::Number(one), Json::Number(other)) => *one == other.into(),
            (Self::String(one), Json::String(other)) => one == other,
            (Self::Array(one), Json::Array(other)) => one[..] == other[..],
            (Self::Object(one), Json::Object(other)) => one == other,
            _ => false,
        }
    }
}

impl PartialEq<Value> for Json {
    fn eq(&self, other: &Value) -> bool {
        other == self
    }
}

impl PartialEq<JsonObject> for Object {
    fn eq(&self, other: &JsonObject) -> bool {
        self.len() == other.len()
            && other.iter().all(|(name, value)| self.get(name).is_some_and(|ours| ours == value))
    }
}

impl PartialEq<str> for Value {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == Some(other)
    }
}

impl PartialEq<&str> for Value {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == Some(other)
    }
}

impl PartialEq<String> for Value {
    fn eq(&self, other: &String) -> bool {
        self.as_str() == Some(other)
    }
}

impl PartialEq<bool> for Value {
    fn eq(&self, other: &bool) -> bool {
        self.as_bool() == Some(*other)
    }
}

macro_rules! equal {
    ($($number:ty),*) => {
        $(impl PartialEq<$number> for Value {
            fn eq(&self, other: &$number) -> bool {
                let other = Self::from(*other);
                *self == other
            }
        })*
    };
}

equal!(i32, i64, u64, f64);
