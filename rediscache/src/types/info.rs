//! What a program knows of its own objects.

use std::fmt;

use crate::codec::Meaning;
use crate::record::{ObjectKind, ObjectTypes};
use crate::shape::{Schema, Shape};

/// One object of a [`RedisNamespaced`](trait@crate::RedisNamespaced) struct.
#[derive(Clone)]
pub struct ObjectInfo {
    pub(super) field: &'static str,
    pub(super) namespace: &'static str,
    /// Whether the session's global namespace goes in front.
    pub(super) is_global: bool,
    pub(super) is_secret: bool,
    pub(super) types: &'static ObjectTypes,
    pub(super) meaning: Meaning,
    pub(super) in_record: Option<RecordPlace>,
}

/// Where in a hash the field of a record lies.
#[derive(Clone)]
pub(super) struct RecordPlace {
    /// How long what stands behind the record's name is.
    pub(super) suffix: usize,
    /// The name of the field as it is stored.
    pub(super) field: Box<[u8]>,
}

impl ObjectInfo {
    /// What its keys begin with: the fields of a record share one.
    pub(super) fn name_of_keys(&self) -> &'static str {
        let behind = self.in_record.as_ref().map_or(0, |place| place.suffix);
        self.namespace.get(..self.namespace.len() - behind).unwrap_or(self.namespace)
    }

    /// The same as a field of a record, where that is given.
    pub(super) fn in_record(mut self, place: Option<(usize, Box<[u8]>)>) -> Self {
        self.in_record = place.map(|(suffix, field)| RecordPlace { suffix, field });
        self
    }

    /// The field's name, as written.
    #[must_use]
    pub fn field(&self) -> &'static str {
        self.field
    }

    /// The local namespace; of a field of a record, that of the record and the field's name.
    #[must_use]
    pub fn namespace(&self) -> &'static str {
        self.namespace
    }

    /// What the object is.
    #[must_use]
    pub fn kind(&self) -> ObjectKind {
        self.types.kind
    }

    /// Whether it is `#[rediscache(secret)]`: no page shows its values, or its members.
    ///
    /// # Examples
    ///
    /// ```
    /// use rediscache::{RedisCache, RedisNamespaced};
    ///
    /// #[derive(RedisNamespaced)]
    /// struct Login {
    ///     #[rediscache(secret)]
    ///     tokens: RedisCache<u64, String>,
    ///     names: RedisCache<u64, String>,
    /// }
    ///
    /// let secret: Vec<bool> = Login::objects().iter().map(|object| object.is_secret()).collect();
    /// assert_eq!(secret, [true, false]);
    /// ```
    #[must_use]
    pub fn is_secret(&self) -> bool {
        self.is_secret
    }

    /// The name of the key type, as [`std::any::type_name`] gives it; `None` for queues, sets and values.
    #[must_use]
    pub fn key_type(&self) -> Option<&'static str> {
        self.types.key.as_ref().map(|key| (key.name)())
    }

    /// The name of the value type, of a ranking that of its scores, as [`std::any::type_name`] gives it.
    #[must_use]
    pub fn value_type(&self) -> &'static str {
        (self.types.value_name)()
    }

    /// The shape of its keys, found at the first use; `None` for queues and sets.
    ///
    /// # Examples
    ///
    /// ```
    /// use rediscache::{RedisCache, RedisNamespaced, Shape};
    ///
    /// #[derive(RedisNamespaced)]
    /// struct Channel {
    ///     topics: RedisCache<u64, String>,
    /// }
    ///
    /// let objects = <Channel as RedisNamespaced>::objects();
    /// assert_eq!(objects[0].key_shape(), Some(Shape::of::<u64>()));
    /// ```
    #[must_use]
    pub fn key_shape(&self) -> Option<Shape> {
        self.key_schema().map(|schema| schema.shape.clone())
    }

    /// The shape of its values, found at the first use.
    ///
    /// # Examples
    ///
    /// ```
    /// use rediscache::{RedisNamespaced, RedisQueue, Shape};
    ///
    /// #[derive(RedisNamespaced)]
    /// struct Outgoing {
    ///     mails: RedisQueue<(String, u64)>,
    /// }
    ///
    /// let objects = <Outgoing as RedisNamespaced>::objects();
    /// assert_eq!(objects[0].value_shape().to_string(), "(text, u64)");
    /// ```
    #[must_use]
    pub fn value_shape(&self) -> Shape {
        self.value_schema().shape.clone()
    }

    pub(super) fn key_schema(&self) -> Option<&'static Schema> {
        self.types.key.as_ref().map(|key| (key.schema)())
    }

    pub(super) fn value_schema(&self) -> &'static Schema {
        (self.types.value_schema)(self.meaning.version)
    }

    pub(super) fn codec(&self) -> &'static str {
        (self.types.codec)()
    }

    /// What tells it from others, all of it by name.
    fn parts(&self) -> (&str, &str, bool, ObjectKind, Option<&str>, &str, &str, u32) {
        let Self { field, namespace, is_global, .. } = *self;
        let (key, value, version) = (self.key_type(), self.value_type(), self.meaning.version);
        (field, namespace, is_global, self.kind(), key, value, self.codec(), version)
    }
}

impl PartialEq for ObjectInfo {
    fn eq(&self, other: &Self) -> bool {
        self.parts() == other.parts()
    }
}

impl Eq for ObjectInfo {}

impl fmt::Debug for ObjectInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ObjectInfo")
            .field("field", &self.field)
            .field("namespace", &self.namespace)
            .field("kind", &self.kind())
            .field("key_type", &self.key_type())
            .field("value_type", &self.value_type())
            .finish_non_exhaustive()
    }
}
