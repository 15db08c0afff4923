//! What an operator sets beside the routes.

use std::time::Duration;

use corsac_config::{LogFormat, LogOutput, Operations, Problems, read, without_comments};

const ROUTE: &str = "\n[[route]]\npath = '/'\nupstream = 'http://127.0.0.1:1'\n";

fn operations(source: &str) -> Result<Operations, Problems> {
    read(&format!("{source}{ROUTE}")).map(|config| config.operations)
}

#[track_caller]
fn check_refused(source: &str, problem: &str) {
    let problems = operations(source).unwrap_err();
    assert_eq!(problems.to_string(), problem);
}

#[test]
fn a_file_that_says_nothing_turns_nothing_on() {
    assert_eq!(operations("").unwrap(), Operations::default());
}

#[test]
fn everything_can_be_said() {
    let source = "reuse-port = true\nshutdown-delay = '5s'\n\
                  [admin]\nlisten = '10.0.0.1:9000'\nhosts = ['Gateway.internal']\n\
                  dangerously-allow-remote = true\n\
                  [access-log]\nformat = 'json'\noutput = 'stdout'\n";
    let operations = operations(source).unwrap();
    assert!(operations.reuse_port);
    assert_eq!(operations.shutdown_delay, Duration::from_secs(5));
    let admin = operations.admin.unwrap();
    assert_eq!(admin.listen, "10.0.0.1:9000".parse().unwrap());
    assert_eq!(admin.hosts, ["gateway.internal"]);
    let log = operations.access_log.unwrap();
    assert_eq!(log.format, LogFormat::Json);
    assert_eq!(log.output, LogOutput::Stdout);
}

#[test]
fn empty_tables_have_defaults() {
    let operations = operations("[admin]\n[access-log]\n").unwrap();
    let admin = operations.admin.unwrap();
    assert_eq!(admin.listen, "127.0.0.1:9090".parse().unwrap());
    let log = operations.access_log.unwrap();
    assert_eq!(log.format, LogFormat::Text);
    assert_eq!(log.output, LogOutput::Stderr);
}

#[test]
fn the_admin_listener_is_on_loopback_unless_told_otherwise() {
    check_refused(
        "[admin]\nlisten = '0.0.0.0:9090'\n",
        "error[admin-remote]: whoever reaches the admin listener sees what is in force; \
         `dangerously-allow-remote` permits an address that is not loopback \
         (did you mean `127.0.0.1:9090`?)",
    );
    assert!(operations("[admin]\nlisten = '[::1]:9090'\n").is_ok());
}

#[test]
fn a_host_is_a_name_alone() {
    check_refused(
        "[admin]\nhosts = ['http://gateway:9090']\n",
        "error[admin-host]: a host is a name without scheme and port, such as `gateway.internal`",
    );
}

#[test]
fn a_delay_is_bounded() {
    check_refused(
        "shutdown-delay = '25h'\n",
        "error[timeout-range]: `shutdown-delay` is at most a day",
    );
}

#[test]
fn unknown_keys_and_values_are_refused_there_too() {
    check_refused(
        "[access-log]\nformat = 'jsn'\nfile = 'x'\n",
        "error[unknown-value]: unknown value `jsn`: it is `text` or `json` (did you mean `json`?)\n\
         error[unknown-key]: unknown key `file` in `[access-log]`",
    );
}

#[test]
fn a_policy_can_ride_along_in_report_only_mode() {
    let source = "[policy.live]\nallow-origins = ['https://app.example']\nreport-only = 'next'\n\
                  [policy.next]\nallow-origins = ['https://new.example']\n\
                  [[route]]\npath = '/'\nupstream = 'http://127.0.0.1:1'\npolicy = 'live'\n";
    let config = read(source).unwrap();
    assert!(config.warnings.is_empty(), "{}", config.warnings);
    assert!(config.routes[0].report_only.is_some());
}

#[test]
fn the_policy_that_rides_along_is_another_one_that_exists() {
    let file = |rider: &str| {
        format!(
            "[policy.live]\nallow-origins = ['https://app.example']\nreport-only = '{rider}'\n\
             [[route]]\npath = '/'\nupstream = 'http://127.0.0.1:1'\npolicy = 'live'\n"
        )
    };
    assert_eq!(
        read(&file("lve")).unwrap_err().to_string(),
        "error[policy-unknown]: there is no policy `lve` (did you mean `live`?)"
    );
    assert_eq!(
        read(&file("live")).unwrap_err().to_string(),
        "error[report-only-itself]: a policy does not differ from itself: name another"
    );
}

#[test]
fn what_is_in_force_has_no_comments() {
    let source = "# the password is 1234\nlisten = '127.0.0.1:1' # here\n\n\
                  [policy.a]\nallow-origins = ['https://a.example#'] #x\n";
    assert_eq!(
        without_comments(source),
        "listen = '127.0.0.1:1'\n[policy.a]\nallow-origins = ['https://a.example#']\n"
    );
}
