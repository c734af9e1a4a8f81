//! Reads definitions in JSON, and says where something is wrong with them.

use serde_json::{Map, Value};

use super::error::{SchemaError, SchemaErrorKind};

/// An object of a document, and where it stands. What was taken is gone, so that what is left over
/// can be refused.
pub(super) struct Reader {
    place: String,
    members: Map<String, Value>,
}

/// A closed vocabulary.
pub(super) trait Word: Copy + Default + 'static {
    /// Each word, and what it means.
    const WORDS: &'static [(&'static str, Self)];
}

/// The meaning of a word that stands at `place`.
pub(super) fn read_word<W: Word>(place: &str, text: &str) -> Result<W, SchemaError> {
    let found = W::WORDS.iter().find(|(word, _)| *word == text);
    found.map(|(_, meaning)| *meaning).ok_or_else(|| {
        let words = W::WORDS.iter().map(|(word, _)| *word).collect();
        SchemaError::new(place, SchemaErrorKind::UnknownWord(words))
    })
}

impl Reader {
    pub(super) fn new(place: impl Into<String>, value: Value) -> Result<Self, SchemaError> {
        let place = place.into();
        match value {
            Value::Object(members) => Ok(Self { place, members }),
            _ => Err(SchemaError::new(place, SchemaErrorKind::Expected("an object"))),
        }
    }

    /// The place of a member.
    pub(super) fn at(&self, name: &str) -> String {
        join(&self.place, name)
    }

    pub(super) fn text(&mut self, name: &str) -> Result<Option<String>, SchemaError> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => self.expected(name, "a string"),
        }
    }

    pub(super) fn required_text(&mut self, name: &str) -> Result<String, SchemaError> {
        self.text(name)?.ok_or_else(|| SchemaError::new(self.at(name), SchemaErrorKind::Missing))
    }

    /// False where nothing is said.
    pub(super) fn flag(&mut self, name: &str) -> Result<bool, SchemaError> {
        match self.take(name) {
            None => Ok(false),
            Some(Value::Bool(flag)) => Ok(flag),
            Some(_) => self.expected(name, "`true` or `false`"),
        }
    }

    /// The default of RFC 7643, Section 2.2, where nothing is said.
    pub(super) fn word<W: Word>(&mut self, name: &str) -> Result<W, SchemaError> {
        let Some(text) = self.text(name)? else {
            return Ok(W::default());
        };
        read_word(&self.at(name), &text)
    }

    pub(super) fn texts(&mut self, name: &str) -> Result<Vec<String>, SchemaError> {
        let text = |(place, value)| match value {
            Value::String(text) => Ok(text),
            _ => Err(SchemaError::new(place, SchemaErrorKind::Expected("a string"))),
        };
        self.list(name)?.into_iter().map(text).collect()
    }

    /// The elements of an array, each with its place; none where there is no array.
    pub(super) fn list(&mut self, name: &str) -> Result<Vec<(String, Value)>, SchemaError> {
        match self.take(name) {
            None => Ok(Vec::new()),
            Some(Value::Array(values)) => {
                let place = self.at(name);
                Ok(values
                    .into_iter()
                    .enumerate()
                    .map(|(index, value)| (element(&place, index), value))
                    .collect())
            }
            Some(_) => self.expected(name, "an array"),
        }
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.members.get(name).is_some_and(|value| !value.is_null())
    }

    /// Leaves members out that say nothing new.
    pub(super) fn skip(&mut self, names: &[&str]) {
        self.members.retain(|name, _| !names.contains(&name.as_str()));
    }

    /// Refuses what was not taken: a word in the wrong spelling would else go unnoticed.
    pub(super) fn end(self) -> Result<(), SchemaError> {
        match self.members.keys().next() {
            None => Ok(()),
            Some(name) => Err(SchemaError::new(self.at(name), SchemaErrorKind::UnknownMember)),
        }
    }

    fn take(&mut self, name: &str) -> Option<Value> {
        self.members.remove(name).filter(|value| !value.is_null())
    }

    fn expected<T>(&self, name: &str, what: &'static str) -> Result<T, SchemaError> {
        Err(SchemaError::new(self.at(name), SchemaErrorKind::Expected(what)))
    }
}

/// `place.name`
pub(super) fn join(place: &str, name: &str) -> String {
    if place.is_empty() { name.to_owned() } else { format!("{place}.{name}") }
}

/// `place[index]`
pub(super) fn element(place: &str, index: usize) -> String {
    format!("{place}[{index}]")
}
