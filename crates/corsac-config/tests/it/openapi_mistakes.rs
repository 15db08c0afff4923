//! What a reader sees of the mistakes in an OpenAPI document.

/// Checks the problems of a route with this document.
fn check(document: &str, expected: &[&str]) {
    let source = "[[route]]\npath = '/v1'\nupstream = 'http://a'\nopenapi = 'pets.yaml'\n";
    let read = corsac_config::read_with_files(source, &|_| Ok(document.into()));
    let found: Vec<_> = match &read {
        Ok(config) => config.warnings.iter().map(ToString::to_string).collect(),
        Err(problems) => problems.iter().map(ToString::to_string).collect(),
    };
    assert_eq!(found, expected, "{document}");
}

#[test]
fn a_document_of_another_version() {
    check(
        "swagger: '2.0'\npaths: {}\n",
        &[
            "error[openapi-version]: pets.yaml:1:1: this is no document of OpenAPI 3: `openapi: 3.x` is missing",
        ],
    );
    check(
        "openapi: 3.1.0\ninfo: {}\n",
        &["error[openapi-paths]: pets.yaml:1:1: there are no `paths`, so that nothing exists"],
    );
}

#[test]
fn paths_that_are_none() {
    check(
        "openapi: 3.1.0\npaths:\n  pets: {}\n  /a/{b: {}\n  /a/{}: {}\n  /a b: {}\n  x-more: {}\n",
        &[
            "error[openapi-path]: pets.yaml:3:3: `pets` is no path: it does not start with a slash",
            "error[openapi-path]: pets.yaml:4:3: `/a/{b` is no path: its braces do not enclose a name in one segment",
            "error[openapi-path]: pets.yaml:5:3: `/a/{}` is no path: its braces do not enclose a name in one segment",
            "error[openapi-path]: pets.yaml:6:3: `/a b` is no path: it has something that cannot stand in a path",
        ],
    );
}

#[test]
fn paths_that_match_the_same() {
    check(
        "openapi: 3.1.0\npaths:\n  /a/{b}: {}\n  /a/{c}: {}\n",
        &[
            "error[openapi-path-duplicate]: pets.yaml:4:3: `/a/{c}` matches the same as the path in line 3",
        ],
    );
}

#[test]
fn references_that_lead_elsewhere() {
    check(
        "openapi: 3.1.0\npaths:\n  /a: { $ref: 'a.yaml' }\n  /b: { $ref: '#/components/pathItems/B' }\n  /c: &c {}\n  /d: *c\n",
        &[
            "error[openapi-reference]: pets.yaml:3:15: `a.yaml` is not followed: a path refers to `#/components/pathItems/...` of the same document",
            "error[openapi-reference]: pets.yaml:4:15: `#/components/pathItems/B` is not followed: a path refers to `#/components/pathItems/...` of the same document",
            "error[openapi-reference]: pets.yaml:6:7: aliases and merges are not followed here: write the path out",
        ],
    );
}

#[test]
fn a_document_that_is_neither_yaml_nor_json() {
    for document in [
        "",
        "a: b: c",
        "{\"openapi\": ",
        "%",
        "\u{0}",
        "- [",
        "&a [*a]",
    ] {
        let source = "[[route]]\npath = '/v1'\nupstream = 'http://a'\nopenapi = 'x'\n";
        let read = corsac_config::read_with_files(source, &|_| Ok(document.into()));
        assert!(
            read.unwrap_err()
                .iter()
                .all(|it| it.code.starts_with("openapi-"))
        );
    }
}

#[test]
fn a_deep_document_is_not_read() {
    for (open, close) in [("[", "]"), ("{a: ", "}")] {
        let deep = format!("{}{}", open.repeat(100_000), close.repeat(100_000));
        let source = "[[route]]\npath = '/v1'\nupstream = 'http://a'\nopenapi = 'x'\n";
        let read = corsac_config::read_with_files(source, &|_| Ok(deep.clone().into()));
        assert_eq!(
            read.unwrap_err().iter().next().unwrap().code,
            "openapi-syntax"
        );
    }
}

#[test]
fn a_document_of_too_many_paths_is_not_read() {
    let mut document = String::from("openapi: 3.1.0\npaths:\n");
    for number in 0..=10_000 {
        document.push_str(&format!("  /{number}: {{}}\n"));
    }
    check(
        &document,
        &["error[openapi-too-long]: pets.yaml:3:3: there are more than 10000 paths"],
    );
}

#[test]
fn a_route_that_says_twice_what_exists() {
    let source =
        "[[route]]\nexact = '/v1'\nmethods = ['GET']\nupstream = 'http://a'\nopenapi = 'x'\n";
    let document = "openapi: 3.1.0\npaths: {}\n";
    let read = corsac_config::read_with_files(source, &|_| Ok(document.into()));
    let problems = read.unwrap_err();
    let codes: Vec<_> = problems.iter().map(|it| it.code).collect();
    assert_eq!(codes, ["route-openapi", "route-openapi"]);
}

#[test]
fn paths_that_all_repeat_the_routes() {
    let warning = "warning[openapi-prefix-repeated]: every path of this document repeats the \
                   route's `/v1`, and begins after it: `/v1/a` is taken to be `/v1/v1/a`";
    let document = |paths: &str| format!("openapi: 3.1.0\npaths: {{{paths}}}\n");
    check(&document("/v1/a: {}, /v1: {}"), &[warning]);
    check(&document("/v1/a: {}, /a: {}"), &[]);
    check(&document("/v1a: {}"), &[]);
    check(&document(""), &[]);
}
