//! Metadata of a resource, and its version (RFC 7643, Section 3.1; RFC 7644, Section 3.14).

use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use chrono::{DateTime, Datelike, SecondsFormat, TimeDelta, Timelike, Utc};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::schema::parse_date_time;
use crate::value::{Object, Text, Value};

/// The time of creation and of the last change of a resource, and its version (RFC 7643, Section
/// 3.1). `meta.location` is added to responses, since it depends on the base URL.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Meta {
    /// The name of the resource type.
    pub resource_type: String,
    /// The time of creation.
    pub created: DateTime<Utc>,
    /// The time of the last change; it rises with each change.
    pub last_modified: DateTime<Utc>,
    /// The version; another one after each change.
    pub version: Version,
}

impl Meta {
    /// The metadata of a resource that is made now.
    #[must_use]
    pub fn new(resource_type: impl Into<String>, now: DateTime<Utc>) -> Self {
        Self {
            resource_type: resource_type.into(),
            created: now,
            last_modified: now,
            version: Version::first(),
        }
    }

    /// The metadata after a change; `last_modified` rises even when the clock stands still.
    #[must_use]
    pub fn changed(&self, now: DateTime<Utc>) -> Self {
        let last_modified = now.max(self.last_modified + TimeDelta::microseconds(1));
        Self { last_modified, version: self.version.next(), ..self.clone() }
    }

    pub(super) fn read(meta: &Value) -> Option<Self> {
        let text = |name: &str| meta.get(name).and_then(Value::as_str);
        Some(Self {
            resource_type: text("resourceType")?.to_owned(),
            created: parse_date_time(text("created")?)?,
            last_modified: parse_date_time(text("lastModified")?)?,
            version: Version::unchecked(text("version")?),
        })
    }

    /// Moves metadata on as [`Meta::changed`] does, in place; none if it is not as this crate
    /// writes it.
    pub(super) fn advance(meta: &mut Object, now: DateTime<Utc>) -> Option<Version> {
        let version = Version::unchecked(meta.get("version")?.as_str()?).next();
        let Some(Value::String(last_modified)) = meta.get_mut("lastModified") else {
            return None;
        };
        let now_text = timestamp(now);
        // Timestamps of ours are of one length, and sort as text.
        *last_modified = if is_ours(last_modified) && now_text > *last_modified {
            now_text
        } else {
            timestamp(now.max(parse_date_time(last_modified)? + TimeDelta::microseconds(1)))
        };
        meta.insert("version", version.as_str().into());
        Some(version)
    }

    pub(super) fn to_json(&self) -> Value {
        let created = Value::String(timestamp(self.created));
        let last_modified = if self.last_modified == self.created {
            created.clone()
        } else {
            Value::String(timestamp(self.last_modified))
        };
        Value::Object(Object::from([
            ("resourceType", self.resource_type.as_str().into()),
            ("created", created),
            ("lastModified", last_modified),
            ("version", self.version.as_str().into()),
        ]))
    }
}

impl Serialize for Meta {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_json().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Meta {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let meta = Value::deserialize(deserializer)?;
        Self::read(&meta).ok_or_else(|| {
            D::Error::custom("`meta` must have the five sub-attributes of a stored resource")
        })
    }
}

/// RFC 7643, Section 2.3.5; with `Z`, so that nobody has to guess the zone.
fn timestamp(instant: DateTime<Utc>) -> Text {
    // Each change has one, and the general formatter takes six times as long.
    let (date, time, micros) =
        (instant.date_naive(), instant.time(), instant.timestamp_subsec_micros());
    let year = u32::try_from(date.year()).ok().filter(|year| *year < 10_000);
    let (Some(year), 0..1_000_000) = (year, micros) else {
        return instant.to_rfc3339_opts(SecondsFormat::Micros, true).into();
    };
    let mut text = *b"0000-00-00T00:00:00.000000Z";
    let date = [(0..4, year), (5..7, date.month()), (8..10, date.day())];
    let time = [(11..13, time.hour()), (14..16, time.minute()), (17..19, time.second())];
    for (place, number) in date.into_iter().chain(time).chain([(20..26, micros)]) {
        write_digits(text.get_mut(place).unwrap_or_default(), number);
    }
    std::str::from_utf8(&text).unwrap_or_default().into()
}

/// Writes as many of the last digits of a number as there is room for.
fn write_digits(room: &mut [u8], mut number: u32) {
    for byte in room.iter_mut().rev() {
        *byte = b'0' + u8::try_from(number % 10).unwrap_or_default();
        number /= 10;
    }
}

fn is_ours(timestamp: &str) -> bool {
    timestamp.len() == "2011-05-13T04:42:34.000000Z".len() && timestamp.ends_with('Z')
}

/// The version of a resource: an entity tag, such as `W/"3"` (RFC 7644, Section 3.14).
///
/// What a store derives from other resources, such as `groups` of a user, does not count: a change
/// of a group would else be a change of each of its members.
///
/// Equality and `Hash` disregard `W/`, as the weak comparison of RFC 9110, Section 8.8.3.2: SCIM
/// uses weak tags with `If-Match`. So two equal versions may differ in [`Version::as_str`].
///
/// ```
/// use scimwire::resource::Version;
///
/// let version: Version = "W/\"3\"".parse()?;
/// assert_eq!(version, Version::numbered(3));
/// assert!("3".parse::<Version>().is_err());
/// # Ok::<(), scimwire::resource::VersionError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Version(Box<str>);

impl Version {
    /// The version of a new resource.
    #[must_use]
    pub fn first() -> Self {
        Self::numbered(1)
    }

    /// The version after this one.
    #[must_use]
    pub fn next(&self) -> Self {
        // A host may number in its own way; then the version says at least that it is another one.
        match self.opaque_tag().parse::<u64>() {
            Ok(number) => Self::numbered(number.saturating_add(1)),
            Err(_) => Self(format!("W/\"{}+\"", self.opaque_tag()).into()),
        }
    }

    /// The entity tag.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the text between the quotes.
    #[must_use]
    pub fn opaque_tag(&self) -> &str {
        self.0.strip_prefix("W/").unwrap_or(&self.0).trim_matches('"')
    }

    /// Returns the version of that number, as from a column that counts changes: `W/"3"`.
    #[must_use]
    pub fn numbered(number: u64) -> Self {
        Self(format!("W/\"{number}\"").into())
    }

    /// Takes any text for an entity tag, such as one that your store made earlier. Use `parse` for
    /// text from outside.
    pub fn unchecked(tag: impl Into<String>) -> Self {
        Self(tag.into().into())
    }
}

impl PartialEq for Version {
    fn eq(&self, other: &Self) -> bool {
        self.opaque_tag() == other.opaque_tag()
    }
}

impl Eq for Version {}

impl Hash for Version {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.opaque_tag().hash(state);
    }
}

impl FromStr for Version {
    type Err = VersionError;

    /// Reads an entity tag (RFC 9110, Section 8.8.3).
    fn from_str(tag: &str) -> Result<Self, VersionError> {
        let quoted = tag.strip_prefix("W/").unwrap_or(tag);
        let opaque = quoted.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
        let is_allowed = |byte: u8| byte > b' ' && byte != b'"' && byte != 0x7f;
        match opaque {
            Some(opaque) if opaque.bytes().all(is_allowed) => Ok(Self(tag.into())),
            _ => Err(VersionError(())),
        }
    }
}

impl TryFrom<String> for Version {
    type Error = VersionError;

    fn try_from(tag: String) -> Result<Self, VersionError> {
        tag.parse()
    }
}

/// An error for text that is not an entity tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a version must be an entity tag such as `W/\"3\"`")]
pub struct VersionError(());

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamps_are_those_of_chrono() {
        let seconds = [0, 1_305_261_754, 951_782_399, 4_107_542_400, -1, -62_135_596_801];
        let beyond = [-62_167_219_201, 253_402_300_799, 253_402_300_800];
        let nanos = [0, 999, 1_000, 5_670_000, 999_999_999];
        let instants = seconds.into_iter().chain(beyond).flat_map(|seconds| {
            nanos.into_iter().filter_map(move |nanos| DateTime::from_timestamp(seconds, nanos))
        });
        // A leap second.
        let leap = DateTime::from_timestamp(1_483_228_799, 1_500_000_000);
        for instant in instants.chain(leap) {
            let expected = instant.to_rfc3339_opts(SecondsFormat::Micros, true);
            assert_eq!(timestamp(instant).as_str(), expected);
        }
        assert!(leap.is_some());
    }
}
