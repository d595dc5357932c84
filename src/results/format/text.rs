//! How the values of a line are written and read.

use std::borrow::Cow;

use jiff::Timestamp;
use jiff::fmt::temporal::DateTimePrinter;
use serde::{Deserialize, Serialize, Serializer};

use crate::phone::Phone;
use crate::target::Target;

/// Microseconds are finer than any pace, and shorter than the nanoseconds that a clock gives.
pub(super) fn microseconds<S: Serializer>(at: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    const PRINTER: DateTimePrinter = DateTimePrinter::new().precision(Some(6));
    let mut text = String::with_capacity("2025-06-30T11:53:20.000000Z".len());
    PRINTER.print_timestamp(at, &mut text).map_err(serde::ser::Error::custom)?;
    serializer.serialize_str(&text)
}

pub(super) fn is_empty<T: Clone>(list: &[T]) -> bool {
    list.is_empty()
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
pub(super) fn is_zero(number: &u32) -> bool {
    *number == 0
}

/// A number as `+` and digits.
struct E164(Phone);

impl Serialize for E164 {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut text = String::with_capacity("+499999999999999".len());
        self.0.write(&mut text);
        serializer.serialize_str(&text)
    }
}

impl<'de> Deserialize<'de> for E164 {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        let phone = Phone::from_e164(&text).ok_or_else(|| serde::de::Error::custom("not a number in E.164 form"))?;
        Ok(Self(phone))
    }
}

pub(super) mod phone_text {
    use super::{E164, Phone};
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[expect(clippy::ref_option, clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
    pub(in crate::results::format) fn serialize<S: Serializer>(
        phone: &Option<Phone>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        phone.map(E164).serialize(serializer)
    }

    pub(in crate::results::format) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Phone>, D::Error> {
        Ok(Option::<E164>::deserialize(deserializer)?.map(|phone| phone.0))
    }
}

pub(super) mod phone_list {
    use super::{Cow, E164, Phone};
    use serde::{Deserialize, Deserializer, Serializer};

    pub(in crate::results::format) fn serialize<S: Serializer>(
        phones: &[Phone],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(phones.iter().map(|phone| E164(*phone)))
    }

    pub(in crate::results::format) fn deserialize<'de, 'a, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Cow<'a, [Phone]>, D::Error> {
        let phones = Vec::<E164>::deserialize(deserializer)?;
        Ok(Cow::Owned(phones.into_iter().map(|phone| phone.0).collect()))
    }
}

pub(super) mod target_text {
    use super::{Cow, Target};
    use serde::{Deserialize, Deserializer, Serializer};

    pub(in crate::results::format) fn serialize<S: Serializer>(
        target: &Target,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&target.canonical())
    }

    pub(in crate::results::format) fn deserialize<'de, 'a, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Cow<'a, Target>, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        let target = Target::parse(&text);
        target.map(Cow::Owned).ok_or_else(|| serde::de::Error::custom(format!("{text:?} is not a target")))
    }
}

pub(super) mod target_option {
    use super::{Cow, Target, target_text};
    use serde::{Deserialize, Deserializer, Serializer};

    #[derive(Deserialize)]
    struct Written<'a>(#[serde(with = "target_text")] Cow<'a, Target>);

    #[expect(clippy::ref_option, reason = "serde's signature")]
    pub(in crate::results::format) fn serialize<S: Serializer>(
        target: &Option<Cow<'_, Target>>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match target {
            Some(target) => target_text::serialize(target, serializer),
            None => serializer.serialize_none(),
        }
    }

    pub(in crate::results::format) fn deserialize<'de, 'a, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Cow<'a, Target>>, D::Error> {
        Ok(Option::<Written<'a>>::deserialize(deserializer)?.map(|target| target.0))
    }
}
