//! What `Vary` lines cover.

use corsac::server::vary_covers;

#[track_caller]
fn check(lines: &[&str], members: &str, expected: bool) {
    let lines: Vec<&[u8]> = lines.iter().map(|line| line.as_bytes()).collect();
    assert_eq!(
        vary_covers(lines.iter().copied(), members.as_bytes()),
        expected,
        "{lines:?}"
    );
}

#[test]
fn a_member_is_covered_wherever_it_stands() {
    check(&["Origin"], "Origin", true);
    check(&["accept-encoding,\torigin "], "Origin", true);
    check(&["Accept", "ORIGIN, Cookie"], "Origin", true);
    check(&["*"], "Origin", true);
    check(&["Accept, *"], "Origin", true);
}

#[test]
fn a_part_of_a_name_is_not_the_name() {
    check(&[], "Origin", false);
    check(&["", ",,"], "Origin", false);
    check(&["X-Origin, Origins, Orig"], "Origin", false);
    check(&["Origin Accept"], "Origin", false);
}

#[test]
fn all_members_must_be_covered() {
    check(&["Origin"], "Origin, Access-Control-Request-Method", false);
    check(
        &["Origin", "access-control-request-method"],
        "Origin, Access-Control-Request-Method",
        true,
    );
}
