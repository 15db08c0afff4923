//! Request headers that tell of the device and the network.

use super::safelist::MAX_SAFELISTED_VALUE_LEN;

/// Is it a client hint with a value such as a browser itself sends, short enough to be safelisted?
///
/// `IsCorsSafelistedHeader()` in Chromium's `services/network/public/cpp/cors/cors.cc`. The names
/// that begin with `Sec-CH-` are for no script.
pub(super) fn is_well_formed_client_hint(name: &[u8], value: &[u8]) -> bool {
    let is_any_of = |names: &[&str]| {
        let mut names = names.iter();
        names.any(|it| name.eq_ignore_ascii_case(it.as_bytes()))
    };
    if value.len() > MAX_SAFELISTED_VALUE_LEN {
        false
    } else if is_any_of(&["device-memory", "downlink", "dpr"]) {
        is_decimal(value)
    } else if is_any_of(&["rtt", "viewport-width", "width"]) {
        is_integer(value)
    } else if is_any_of(&["ect"]) {
        matches!(value, b"slow-2g" | b"2g" | b"3g" | b"4g")
    } else if is_any_of(&["save-data"]) {
        value.eq_ignore_ascii_case(b"on")
    } else {
        is_any_of(&["intervention"])
    }
}

fn is_integer(value: &[u8]) -> bool {
    !value.is_empty() && value.iter().all(u8::is_ascii_digit)
}

fn is_decimal(value: &[u8]) -> bool {
    let mut parts = value.split(|byte| *byte == b'.');
    let (whole, fraction) = (parts.next(), parts.next());
    whole.is_some_and(is_integer) && fraction.is_none_or(is_integer) && parts.next().is_none()
}
