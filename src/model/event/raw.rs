//! From the bytes of a line to an [`Event`]: one pass, no copy of a text without escapes.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use crate::model::json_line;

use super::{
    Added, Change, Event, EventError, KNOWN_FIELDS, MAX_EVENT, Patch, READ_VERSIONS, RefChange,
};

/// Reads one line, see [`Event::parse`].
pub(super) fn parse(line: &[u8]) -> Result<Event<'_>, EventError> {
    if line.len() > MAX_EVENT {
        return Err(EventError::TooLong);
    }
    let line = json_line::without_mark(line);
    let raw: Raw<'_> = serde_json::from_slice(line).map_err(|error| not_json(line, &error))?;
    raw.into_event()
}

fn not_json(line: &[u8], error: &serde_json::Error) -> EventError {
    if json_line::is_conflict_marker(line) {
        return EventError::ConflictMarker;
    }
    EventError::NotJson {
        reason: json_line::fault(line, error).into_owned(),
        column: error.column().max(1),
    }
}

/// The fields of a line, before anything is known about the op. Every kind of value is let
/// through, so that a later version's event is refused for its version and not for its shape.
#[derive(Default)]
struct Raw<'a> {
    op: Slot<'a>,
    ts: Slot<'a>,
    id: Slot<'a>,
    version: Slot<'a>,
    url: Slot<'a>,
    path: Slot<'a>,
    pack_type: Slot<'a>,
    reference: Slot<'a>,
    extra: Map<String, Value>,
}

impl<'a> Raw<'a> {
    fn into_event(mut self) -> Result<Event<'a>, EventError> {
        self.check_version()?;
        let op = std::mem::take(&mut self.op).required("op")?;
        match &*op {
            "add" => self.add(),
            "update" => self.update(),
            "rm" => self.finish(Change::Rm),
            // What has no effect need not be complete: an `action_*` op names its pack otherwise.
            "sync" => Ok(self.without_effect(Change::Sync)),
            _ if is_audit(&op) => Ok(self.without_effect(Change::Audit(op))),
            _ => Ok(self.without_effect(Change::Unknown(op))),
        }
    }

    /// A line without a version is one of the first: the older `update` had none.
    fn check_version(&self) -> Result<(), EventError> {
        match &self.version {
            Slot::Absent => Ok(()),
            Slot::Text(version) if READ_VERSIONS.contains(&&**version) => Ok(()),
            Slot::Text(version) => Err(EventError::Version {
                found: format!("{version:?}"),
            }),
            Slot::Null => Err(EventError::Version {
                found: "null".into(),
            }),
            Slot::Other(kind) => Err(EventError::NotText {
                field: "schema_version".into(),
                found: kind,
            }),
        }
    }

    fn add(mut self) -> Result<Event<'a>, EventError> {
        let added = Added {
            url: std::mem::take(&mut self.url).required("url")?,
            path: std::mem::take(&mut self.path).required("path")?,
            pack_type: std::mem::take(&mut self.pack_type).required("type")?,
            reference: match std::mem::take(&mut self.reference).into_ref_change("ref")? {
                RefChange::Set(reference) => Some(reference),
                RefChange::Keep | RefChange::Clear => None,
            },
        };
        self.finish(Change::Add(added))
    }

    fn update(mut self) -> Result<Event<'a>, EventError> {
        let mut patch = Patch {
            url: std::mem::take(&mut self.url).optional("url")?,
            path: std::mem::take(&mut self.path).optional("path")?,
            pack_type: std::mem::take(&mut self.pack_type).optional("type")?,
            reference: std::mem::take(&mut self.reference).into_ref_change("ref")?,
        };
        if let Some(field) = self.extra.shift_remove("field") {
            let Value::String(field) = field else {
                return Err(EventError::NotText {
                    field: "field".into(),
                    found: kind_of(&field),
                });
            };
            let value = self
                .extra
                .shift_remove("value")
                .ok_or(EventError::Missing { field: "value" })?;
            self.older_update(&mut patch, field, value)?;
        }
        self.finish(Change::Update(patch))
    }

    /// `{"op":"update","field":F,"value":V}`: one field at a time, as it was written once.
    fn older_update(
        &mut self,
        patch: &mut Patch<'a>,
        field: String,
        value: Value,
    ) -> Result<(), EventError> {
        let slot = match value {
            Value::String(ref text) => Slot::Text(Cow::Owned(text.clone())),
            Value::Null => Slot::Null,
            ref other => Slot::Other(kind_of(other)),
        };
        match field.as_str() {
            "url" => patch.url = slot.optional("url")?,
            "path" => patch.path = slot.optional("path")?,
            "type" => patch.pack_type = slot.optional("type")?,
            "ref" => patch.reference = slot.into_ref_change("ref")?,
            _ if KNOWN_FIELDS.contains(&field.as_str()) => return Err(EventError::Fixed { field }),
            _ => {
                self.extra.insert(field, value);
            }
        }
        Ok(())
    }

    fn finish(self, change: Change<'a>) -> Result<Event<'a>, EventError> {
        let (ts, id) = (self.ts.required("ts")?, self.id.required("id")?);
        Ok(Event {
            ts,
            id,
            change,
            extra: self.extra,
        })
    }

    fn without_effect(self, change: Change<'a>) -> Event<'a> {
        Event {
            ts: self.ts.or_empty(),
            id: self.id.or_empty(),
            change,
            extra: self.extra,
        }
    }
}

/// Says whether an op is one that the older tool wrote about what it had done, and not about what
/// anybody asked for.
fn is_audit(op: &str) -> bool {
    op.starts_with("action_")
        || op.starts_with("quarantine_")
        || matches!(op, "dry_run_would_clone" | "force_prune_executed")
}

/// What a known field holds.
#[derive(Default)]
enum Slot<'a> {
    #[default]
    Absent,
    Null,
    Text(Cow<'a, str>),
    /// Another kind of value, named with an article.
    Other(&'static str),
}

impl<'a> Slot<'a> {
    fn required(self, field: &'static str) -> Result<Cow<'a, str>, EventError> {
        self.optional(field)?.ok_or(EventError::Missing { field })
    }

    fn optional(self, field: &str) -> Result<Option<Cow<'a, str>>, EventError> {
        match self {
            Self::Absent => Ok(None),
            Self::Text(text) => Ok(Some(text)),
            Self::Null => Err(EventError::NotText {
                field: field.into(),
                found: "null",
            }),
            Self::Other(found) => Err(EventError::NotText {
                field: field.into(),
                found,
            }),
        }
    }

    fn into_ref_change(self, field: &str) -> Result<RefChange<'a>, EventError> {
        match self {
            Self::Absent => Ok(RefChange::Keep),
            Self::Null => Ok(RefChange::Clear),
            Self::Text(text) => Ok(RefChange::Set(text)),
            Self::Other(found) => Err(EventError::NotText {
                field: field.into(),
                found,
            }),
        }
    }

    fn or_empty(self) -> Cow<'a, str> {
        match self {
            Self::Text(text) => text,
            Self::Absent | Self::Null | Self::Other(_) => Cow::Borrowed(""),
        }
    }
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Raw<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(RawVisitor)
    }
}

struct RawVisitor;

impl<'de> Visitor<'de> for RawVisitor {
    type Value = Raw<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Raw<'de>, A::Error> {
        let mut raw = Raw::default();
        while let Some(Key(key)) = map.next_key()? {
            let slot = match &*key {
                "op" => &mut raw.op,
                "ts" => &mut raw.ts,
                "id" => &mut raw.id,
                "url" => &mut raw.url,
                "path" => &mut raw.path,
                "type" => &mut raw.pack_type,
                "ref" => &mut raw.reference,
                "schema_version" => &mut raw.version,
                _ => {
                    let value = map.next_value()?;
                    if raw.extra.insert(key.clone().into_owned(), value).is_some() {
                        return Err(twice::<A>(&key));
                    }
                    continue;
                }
            };
            if !matches!(slot, Slot::Absent) {
                return Err(twice::<A>(&key));
            }
            *slot = map.next_value()?;
        }
        Ok(raw)
    }
}

fn twice<'de, A: MapAccess<'de>>(key: &str) -> A::Error {
    A::Error::custom(format_args!("the field `{key}` appears twice"))
}

/// A key, borrowed from the line where it holds no escape. (A derived `Cow` would be a copy.)
struct Key<'a>(Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Key<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Slot::deserialize(deserializer)? {
            Slot::Text(text) => Ok(Self(text)),
            Slot::Absent | Slot::Null | Slot::Other(_) => {
                Err(D::Error::custom("a key that is not text"))
            }
        }
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Slot<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(SlotVisitor)
    }
}

struct SlotVisitor;

impl<'de> Visitor<'de> for SlotVisitor {
    type Value = Slot<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Slot<'de>, E> {
        Ok(Slot::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Slot<'de>, E> {
        Ok(Slot::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_unit<E>(self) -> Result<Slot<'de>, E> {
        Ok(Slot::Null)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Slot<'de>, E> {
        Ok(Slot::Other("a boolean"))
    }

    fn visit_u64<E>(self, _: u64) -> Result<Slot<'de>, E> {
        Ok(Slot::Other("a number"))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Slot<'de>, E> {
        Ok(Slot::Other("a number"))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Slot<'de>, E> {
        Ok(Slot::Other("a number"))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Slot<'de>, A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Slot::Other("a list"))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Slot<'de>, A::Error> {
        while fields.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Slot::Other("an object"))
    }
}
