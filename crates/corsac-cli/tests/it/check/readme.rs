//! What the README shows is what the command prints.

use super::server::Server;
use super::{ALLOWED_WITH_SLASH, check, plain};
use crate::stdout;

/// The README's block that starts with this command, without it.
fn block(command: &str) -> String {
    let readme = include_str!("../../../../../README.md");
    let start = format!("```console\n$ {command}\n");
    let (_, rest) = readme
        .split_once(&start)
        .expect("the README shows the command");
    let (block, _) = rest.split_once("```").unwrap();
    block.to_owned()
}

#[test]
fn the_readme_shows_what_check_prints() {
    let command = "corsac check -o https://app.example https://api.example/pets";
    let server = Server::start("200 OK", ALLOWED_WITH_SLASH);
    let printed = plain(stdout(&check(&server, &[])), &server);
    let printed = printed.replace("http://localhost:PORT", "https://api.example");
    // On this machine there is one remark more than from afar: that it is this machine.
    let (before, rest) = printed.split_once("info[local-network]").unwrap();
    let (_, after) = rest.split_once("\n\n").unwrap();
    let printed = format!("{before}{}", after.replace("1 error, 1 remark", "1 error"));
    let shown = block(command).replace("(61 ms", "(N ms");
    assert_eq!(shown, printed, "{printed}");
}
