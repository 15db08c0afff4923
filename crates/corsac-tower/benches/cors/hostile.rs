//! Requests that are made to be expensive.

use corsac_tower::CorsLayer;
use http::header::{ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD, ORIGIN};
use http::{Method, Request};
use tower::Layer;

use crate::measure::{Effort, Subject, measure};
use crate::subjects::{Body, Handler, HandlerFields, browser_request, policy, shared, tower_http};

/// One row for each input: the handler alone, tower-http, and corsac.
pub(crate) fn table(effort: Effort) -> String {
    let effort = Effort {
        exchanges: effort.exchanges.div_ceil(10),
        ..effort
    };
    let mut table = format!("\nhostile requests, 1 origin\n{HEADINGS}\n");
    for input in inputs() {
        let handler = Handler {
            fields: HandlerFields::Json,
        };
        let subjects = vec![
            Subject::one_service("handler alone", handler.clone()),
            Subject::one_service("tower-http", tower_http(1).layer(handler.clone())),
            Subject::one_service("corsac", CorsLayer::new(policy(1)).layer(handler)),
        ];
        let measured = measure(effort, subjects, &input.request);
        table += &format!("{:<37}", input.name);
        for row in measured {
            table += &format!("{:>9.0}{:>8}", row.nanoseconds, row.allocations);
        }
        table.push('\n');
    }
    table
}

/// What is sent, and what it is called.
struct Input {
    name: &'static str,
    request: Request<Body>,
}

fn inputs() -> [Input; 7] {
    let endless_spaces = "accept,".to_owned() + &" ".repeat(MEBIBYTE) + "content-type";
    let endless_origin = "https://".to_owned() + &"a".repeat(MEBIBYTE);
    let asking = |name, lines: &[&str]| Input {
        name,
        request: preflight(ALLOWED, lines),
    };
    let mut request_of_endless_origin = browser_request();
    request_of_endless_origin
        .headers_mut()
        .insert(ORIGIN, shared(endless_origin.as_bytes()));
    [
        asking("a preflight for one refused name", &["x"]),
        asking(
            "4 KiB of an allowed name",
            &[&"content-type,".repeat(4096 / 13)],
        ),
        asking("1 MiB of `a,`", &[&"a,".repeat(MEBIBYTE / 2)]),
        asking("1 MiB of spaces between two names", &[&endless_spaces]),
        asking("1,024 empty lines", &[""; 1024]),
        Input {
            name: "a preflight with 1 MiB of Origin",
            request: preflight(&endless_origin, &[]),
        },
        Input {
            name: "a request with 1 MiB of Origin",
            request: request_of_endless_origin,
        },
    ]
}

/// A preflight from this origin, with these `Access-Control-Request-Headers` lines.
fn preflight(origin: &str, lines: &[&str]) -> Request<Body> {
    let mut request = browser_request();
    *request.method_mut() = Method::OPTIONS;
    let headers = request.headers_mut();
    headers.insert(ORIGIN, shared(origin.as_bytes()));
    headers.insert(ACCESS_CONTROL_REQUEST_METHOD, shared(b"PUT"));
    for line in lines {
        headers.append(ACCESS_CONTROL_REQUEST_HEADERS, shared(line.as_bytes()));
    }
    request
}

const ALLOWED: &str = "https://app-000.example";

const MEBIBYTE: usize = 1024 * 1024;

const HEADINGS: &str = "\
request                                 handler alone       tower-http           corsac
                                           ns  allocs       ns  allocs       ns  allocs";
