//! Zones with a name: the IANA database that the package `jiff` brings.

use jiff::Timestamp;
use jiff::tz::{TimeZone, TimeZoneDatabase, TimeZoneTransition};

use super::zone::{Span, ZoneFault};

/// A zone of the database.
#[derive(Debug, Clone)]
pub(super) struct Named(TimeZone);

impl Named {
    pub(super) fn get(name: &str) -> Result<Self, ZoneFault> {
        match TimeZoneDatabase::bundled().get(name) {
            Ok(zone) if !zone.is_unknown() => Ok(Self(zone)),
            _ => Err(ZoneFault::Unknown { name: name.into() }),
        }
    }

    pub(super) fn span_at(&self, utc_second: i64) -> Span {
        let at = timestamp(utc_second);
        // Changes happen on whole seconds; the one at this second is past.
        let behind = timestamp(at.as_second().saturating_add(1));
        let second = |change: TimeZoneTransition<'_>| change.timestamp().as_second();
        Span {
            start: self.0.preceding(behind).next().map_or(i64::MIN, second),
            end: self.0.following(at).next().map_or(i64::MAX, second),
            offset: self.0.to_offset(at).seconds(),
        }
    }

    pub(super) fn abbreviation_at(&self, utc_second: i64) -> String {
        self.0.to_offset_info(timestamp(utc_second)).abbreviation().into()
    }

    pub(super) fn summer_offset_at(&self, utc_second: i64) -> i32 {
        let at = timestamp(utc_second);
        let info = self.0.to_offset_info(at);
        if info.dst().is_std() {
            return 0;
        }
        let standard = |change: &TimeZoneTransition<'_>| change.dst().is_std();
        // A few changes at most lie between two winters: in the wars there were three in a row.
        let before = self.0.preceding(at).take(8).find(standard);
        let winter = before.or_else(|| self.0.following(at).take(8).find(standard));
        winter.map_or(0, |winter| info.offset().seconds() - winter.offset().seconds())
    }
}

/// The instant, or the nearest that the database reaches: years -9999 to 9999.
fn timestamp(second: i64) -> Timestamp {
    let second = second.clamp(Timestamp::MIN.as_second(), Timestamp::MAX.as_second());
    Timestamp::from_second(second).unwrap_or(Timestamp::MAX)
}
