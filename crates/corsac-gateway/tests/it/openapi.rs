//! What exists by an OpenAPI document.

use crate::harness::{OK, ORIGIN, Serving, Upstream};

const PAGE: &str = "origin: https://app.example";

/// A gateway whose route `/v1` has this document.
async fn serving(document: &str) -> (Serving, Upstream) {
    let upstream = Upstream::answering(OK).await;
    let config = format!(
        r#"
        [policy.shop]
        allow-origins = ["{ORIGIN}"]
        allow-methods = ["PUT", "DELETE", "PATCH"]

        [[route]]
        path = "/v1"
        upstream = "http://{}"
        policy = "shop"
        openapi = "petstore.yaml"
        "#,
        upstream.address
    );
    let config = corsac_config::read_with_files(&config, &|_| Ok(document.into())).unwrap();
    let gateway = corsac_gateway::Gateway::new(&config);
    (Serving::start(&gateway).await, upstream)
}

const PETSTORE: &str = r##"
openapi: 3.1.0
info: { title: Petstore, version: "1" }
paths:
  /pets:
    get: {}
    post: {}
  /pets/{id}:
    parameters: []
    get: {}
    delete: {}
  /pets/mine:
    put: {}
  /pets/{id}/toys/{toy}.json:
    get: {}
  /from-{a}-to-{b}:
    get: {}
  /: { get: {} }
  /shared: { $ref: "#/components/pathItems/Shared" }
components:
  pathItems:
    Shared: { patch: {} }
"##;

async fn check(serving: &Serving, line: &str, status: u16, allow: Option<&str>) {
    let response = serving
        .request(&format!("{line} HTTP/1.1"), &["content-length: 0", PAGE])
        .await;
    assert_eq!(response.status, status, "{line}");
    assert_eq!(response.field("allow"), allow, "{line}");
    assert_eq!(response.field("access-control-allow-origin"), Some(ORIGIN));
}

#[tokio::test]
async fn what_the_document_has_exists_and_nothing_else() {
    let (serving, _upstream) = serving(PETSTORE).await;
    for line in [
        "GET /v1/pets",
        "HEAD /v1/pets?x=1",
        "POST /v1/pets",
        "GET /v1/pets/7",
        "DELETE /v1/p%65ts/%7a",
        "PUT /v1/pets/mine",
        "GET /v1/pets/mine/toys/7.json",
        "GET /v1/pets/a.b/toys/x.y.json",
        "GET /v1/from-here-to-there",
        "GET /v1",
        "GET /v1/",
        "PATCH /v1/shared",
    ] {
        check(&serving, line, 200, None).await;
    }
    for line in [
        "GET /v1/pet",
        "GET /v1/pets/",
        "GET /v1/pets/7/",
        "GET /v1/pets/7/toys",
        "GET /v1/pets/7/toys/.json",
        "GET /v1/pets/7/toys/7.xml",
        "GET /v1/from--to-",
        "DELETE /v1/x/y/z",
    ] {
        check(&serving, line, 404, None).await;
    }
    check(&serving, "PUT /v1/pets", 405, Some("GET, HEAD, POST")).await;
    check(&serving, "POST /v1/pets/7", 405, Some("GET, HEAD, DELETE")).await;
    check(&serving, "GET /v1/pets/mine", 405, Some("PUT")).await;
}

#[tokio::test]
async fn a_preflight_is_told_which_methods_exist_at_that_path() {
    let (serving, _upstream) = serving(PETSTORE).await;
    for (path, methods) in [
        ("/v1/pets/7", "DELETE"),
        ("/v1/pets/mine", "PUT"),
        ("/v1/shared", "PATCH"),
        ("/v1/nowhere", "PUT, DELETE, PATCH"),
    ] {
        let line = format!("OPTIONS {path} HTTP/1.1");
        let fields = [PAGE, "access-control-request-method: DELETE"];
        let response = serving.request(&line, &fields).await;
        assert_eq!(response.status, 204, "{path}");
        let found = response.field("access-control-allow-methods");
        assert_eq!(found, Some(methods), "{path}");
    }
}

#[tokio::test]
async fn json_is_read_as_well() {
    let document = "{\n\t\"openapi\": \"3.0.3\",\n\t\"info\": {\"title\": \"\\ud83d\\ude00 \\/\"},\n\
                    \t\"paths\": {\n\t\t\"\\/pets\": {\"get\": {\"tags\": [\"a\", null]}}\n\t}\n}\n";
    let (serving, _upstream) = serving(document).await;
    check(&serving, "GET /v1/pets", 200, None).await;
    check(&serving, "GET /v1/pet", 404, None).await;
}
