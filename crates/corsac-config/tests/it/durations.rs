//! Durations as they are written in a file.

use std::time::Duration;

use corsac_config::{DurationFault, parse_duration};

#[test]
fn durations_are_whole_numbers_with_units() {
    for (text, millis) in [
        ("0s", 0),
        ("2h", 7_200_000),
        ("90m", 5_400_000),
        ("600s", 600_000),
        ("1h30m", 5_400_000),
        ("1d2h3m4s5ms", 93_784_005),
        ("007s", 7_000),
    ] {
        assert_eq!(
            parse_duration(text),
            Ok(Duration::from_millis(millis)),
            "{text}"
        );
    }
}

#[test]
fn everything_else_is_a_fault_with_a_place() {
    for (text, fault, span) in [
        ("", DurationFault::Empty, 0..0),
        ("600", DurationFault::MissingUnit, 0..3),
        ("1h30", DurationFault::MissingUnit, 2..4),
        ("2 h", DurationFault::Number, 1..2),
        ("-1s", DurationFault::Number, 0..1),
        ("1.5h", DurationFault::Number, 1..2),
        ("h", DurationFault::Number, 0..1),
        ("1w", DurationFault::UnknownUnit, 1..2),
        ("2H", DurationFault::UnknownUnit, 1..2),
        ("1m1h", DurationFault::Order, 2..4),
        ("1m1m", DurationFault::Order, 2..4),
        ("99999999999999999999s", DurationFault::TooLong, 0..21),
        ("18446744073709551615d", DurationFault::TooLong, 0..21),
        ("1\u{e9}", DurationFault::Number, 1..3),
    ] {
        let error = parse_duration(text).unwrap_err();
        assert_eq!((error.fault, error.span), (fault, span), "{text}");
    }
}
