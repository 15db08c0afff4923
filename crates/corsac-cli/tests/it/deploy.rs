//! The files in `deploy/` that have a policy file in them, or name what this command takes.

use crate::{TestFile, run, stdout};

const KUBERNETES: &str = include_str!("../../../../deploy/kubernetes/corsac.yaml");
const SERVICE: &str = include_str!("../../../../deploy/systemd/corsac.service");
const DOCKER: &str = include_str!("../../../../deploy/docker/Dockerfile");

#[test]
fn the_policy_file_of_the_config_map_is_valid() {
    let (_, block) = KUBERNETES.split_once("  corsac.toml: |\n").unwrap();
    let lines = block.lines().take_while(|it| *it != "---");
    let lines: Vec<&str> = lines.map(str::trim_start).collect();
    let file = TestFile::new("deploy.toml", lines.join("\n"));
    let output = run(&["lint", file.path()]);
    assert_eq!(stdout(&output), format!("{}: valid\n", file.path()));
}

#[test]
fn the_paths_that_are_probed_are_those_of_the_admin_listener() {
    for path in ["/readyz", "/healthz"] {
        assert!(KUBERNETES.contains(&format!("httpGet: {{path: {path}, port: admin}}")));
    }
}

#[test]
fn what_is_started_is_a_command_of_ours() {
    assert!(SERVICE.contains("\nExecStart=/usr/bin/corsac serve -c /etc/corsac/corsac.toml\n"));
    let check = "\nExecStartPre=/usr/bin/corsac serve --check -c /etc/corsac/corsac.toml\n";
    assert!(SERVICE.contains(check));
    // What it says to systemd would go unheard.
    assert!(SERVICE.contains("\nType=notify\n"));
    assert!(DOCKER.contains(r#"CMD ["serve", "-c", "/etc/corsac/corsac.toml"]"#));
    assert!(KUBERNETES.contains(r#"args: ["serve", "-c", "/etc/corsac/corsac.toml"]"#));
    let help = run(&["serve", "--help"]);
    for option in ["-c, --config <FILE>", "--check"] {
        assert!(stdout(&help).contains(option), "{option}");
    }
}
