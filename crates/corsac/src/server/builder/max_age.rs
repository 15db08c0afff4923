//! Checks the max-age of a policy.

use alloc::format;
use core::time::Duration;

use super::{PolicyBuilder, Remarks};
use crate::server::remark::{Doubt, Mistake, Setting};

/// The longest max-age that any browser honours: Firefox keeps a preflight's answer for a day.
pub const MAX_AGE_LIMIT: Duration = Duration::from_secs(24 * 60 * 60);

/// The longest max-age that Chromium honours.
const CHROMIUM_CAP: Duration = Duration::from_secs(2 * 60 * 60);

impl PolicyBuilder {
    pub(super) fn check_max_age(&self, remarks: &mut Remarks) {
        let Some(max_age) = self.max_age else { return };
        let value = format!("{max_age:?}");
        if max_age > MAX_AGE_LIMIT {
            remarks.refuse(Setting::MaxAge, 0, &value, Mistake::MaxAgeTooLong);
        } else if max_age.subsec_nanos() > 0 {
            remarks.refuse(Setting::MaxAge, 0, &value, Mistake::MaxAgeFraction);
        } else if max_age > CHROMIUM_CAP {
            remarks.warn(Setting::MaxAge, 0, &value, Doubt::MaxAgeAboveCap);
        }
    }
}
