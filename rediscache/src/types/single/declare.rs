//! A value as a field of a struct.

use super::home::sealed::Home;
use super::{InRecord, RedisValue, ValueHome};
use crate::bounds::Value;
use crate::codec::{Codec, OlderTypes, ShapedCodec};
use crate::record::ObjectKind;
use crate::session::RedisSession;
use crate::types::declaration::Declaration;
use crate::types::declare::{Clearing, RedisObject, RedisReadableObject, RedisVersionedObject};
use crate::types::info::ObjectInfo;
use crate::types::object::Object;
use crate::types::window::{ObjectWindow, Window};

impl<T: Value, C: Codec, H: ValueHome> RedisObject for RedisValue<T, C, H> {
    type Needs = ();
    type InRecord = RedisValue<T, C, InRecord>;

    fn declare(declaration: Declaration) -> Self {
        // Of a record, what stands behind the last `.` is the name of the field: no field of a struct has one in it.
        let field = declaration.namespace.rsplit_once('.').map(|(_, field)| field.len());
        let field = field.filter(|_| <H as Home>::KIND == ObjectKind::RecordField);
        Self::over(Object::declared(&declaration, Self::TYPES), field)
    }

    fn describe(&self, field: &'static str, declaration: Declaration) -> ObjectInfo {
        let stored = self.stored_field().ok().flatten().map(|stored| stored.as_slice().into());
        declaration.info(field, Self::TYPES, self.object.meaning).in_record(self.suffix().zip(stored))
    }

    fn clear_all(&self) -> Clearing {
        Box::pin(self.clear())
    }

    fn window(&self, session: &RedisSession, info: ObjectInfo) -> Box<dyn Window> {
        ObjectWindow::boxed(info, self.on(session))
    }
}

impl<T: Value, C: ShapedCodec, H: ValueHome> RedisVersionedObject for RedisValue<T, C, H> {
    type Value = T;

    fn version(self, version: u32) -> Self {
        Self::version(self, version)
    }

    fn from_older_versions<O: OlderTypes<T> + 'static>(self, versions: &'static [u32]) -> Self {
        Self::from_older_versions::<O>(self, versions)
    }
}

impl<T: Value, C: Codec, H: ValueHome> RedisReadableObject for RedisValue<T, C, H> {
    fn unreadable_as_absent(self) -> Self {
        Self::unreadable_as_absent(self)
    }
}
