/// The part of a `Serializer` of scalars that has nothing to do with them: it looks beneath newtypes, and refuses whatever
/// else is no scalar.
macro_rules! only_scalars {
    ($ok:ty, $error:ty, $refusal:expr) => {
        type Ok = $ok;
        type Error = $error;
        type SerializeSeq = serde::ser::Impossible<$ok, $error>;
        type SerializeTuple = Self::SerializeSeq;
        type SerializeTupleStruct = Self::SerializeSeq;
        type SerializeTupleVariant = Self::SerializeSeq;
        type SerializeMap = Self::SerializeSeq;
        type SerializeStruct = Self::SerializeSeq;
        type SerializeStructVariant = Self::SerializeSeq;

        #[inline]
        fn serialize_newtype_struct<T: serde::Serialize + ?Sized>(
            self,
            _: &'static str,
            value: &T,
        ) -> Result<$ok, $error> {
            value.serialize(self)
        }

        fn serialize_some<T: serde::Serialize + ?Sized>(self, _: &T) -> Result<$ok, $error> {
            Err($refusal)
        }

        fn serialize_newtype_variant<T: serde::Serialize + ?Sized>(
            self,
            _: &'static str,
            _: u32,
            _: &'static str,
            _: &T,
        ) -> Result<$ok, $error> {
            Err($refusal)
        }

        $crate::codec::scalar::refused! {
            $refusal, $error;
            serialize_bytes(&[u8]) -> $ok;
            serialize_none() -> $ok;
            serialize_unit() -> $ok;
            serialize_unit_struct(&'static str) -> $ok;
            serialize_unit_variant(&'static str, u32, &'static str) -> $ok;
            serialize_seq(Option<usize>) -> Self::SerializeSeq;
            serialize_tuple(usize) -> Self::SerializeSeq;
            serialize_tuple_struct(&'static str, usize) -> Self::SerializeSeq;
            serialize_tuple_variant(&'static str, u32, &'static str, usize) -> Self::SerializeSeq;
            serialize_map(Option<usize>) -> Self::SerializeSeq;
            serialize_struct(&'static str, usize) -> Self::SerializeSeq;
            serialize_struct_variant(&'static str, u32, &'static str, usize) -> Self::SerializeSeq;
        }
    };
}

macro_rules! refused {
    ($refusal:expr, $error:ty; $($method:ident($($argument:ty),*) -> $result:ty;)*) => {$(
        #[inline]
        fn $method(self, $(_: $argument),*) -> Result<$result, $error> {
            Err($refusal)
        }
    )*};
}

pub(super) use {only_scalars, refused};
