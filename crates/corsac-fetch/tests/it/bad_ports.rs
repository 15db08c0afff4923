//! Which ports no page may talk to.

use corsac_fetch::bad_port::{is_bad_port, is_blocked_due_to_bad_port};

use crate::support::url;

#[test]
fn the_table_has_83_ports() {
    assert_eq!((0..=u16::MAX).filter(|port| is_bad_port(*port)).count(), 83);
}

#[test]
fn a_bad_port_blocks_both_http_schemes_and_no_other() {
    for blocked in [
        "http://a.test:25",
        "https://a.test:6667/x",
        "http://a.test:0",
    ] {
        assert!(is_blocked_due_to_bad_port(&url(blocked)), "{blocked}");
    }
    for allowed in [
        "http://a.test",
        "https://a.test:8443",
        "ws://a.test:25",
        "data:,25",
    ] {
        assert!(!is_blocked_due_to_bad_port(&url(allowed)), "{allowed}");
    }
}
