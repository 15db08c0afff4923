//! The documents that AWS hands to a function, and what it makes of the function's answers.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::question::Question;

/// A service that calls Lambda functions for HTTP requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "what speaks HTTP and calls functions is a short list"
)]
pub enum Caller {
    /// An API Gateway REST API: payload format 1.0.
    RestApi,
    /// An API Gateway HTTP API: payload format 2.0.
    HttpApi,
    /// A function URL: payload format 2.0.
    FunctionUrl,
    /// An Application Load Balancer.
    LoadBalancer,
    /// An Application Load Balancer whose target group has multi-value headers turned on.
    LoadBalancerWithMultiValueHeaders,
}

impl Caller {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::RestApi,
        Self::HttpApi,
        Self::FunctionUrl,
        Self::LoadBalancer,
        Self::LoadBalancerWithMultiValueHeaders,
    ];

    /// Does the question get to the function as it is?
    ///
    /// JSON is text, so that a byte that is not ASCII does not. What has one value for a name joins
    /// the lines, or keeps the last: the function is asked about another request then.
    pub(super) fn carries(self, question: &Question) -> bool {
        let names: Vec<String> = names(question);
        let is_text = |value: &[u8]| value.iter().all(|byte| matches!(byte, b' '..=b'~'));
        let has_one_line_each = {
            let mut sorted = names.clone();
            sorted.sort_unstable();
            sorted.windows(2).all(|two| two[0] != two[1])
        };
        question.fields.iter().all(|(_, value)| is_text(value))
            && (has_one_line_each || self.has_every_line())
    }

    fn has_every_line(self) -> bool {
        match self {
            Self::RestApi | Self::LoadBalancerWithMultiValueHeaders => true,
            Self::HttpApi | Self::FunctionUrl | Self::LoadBalancer => false,
        }
    }

    /// The event for a question.
    pub(super) fn event(self, question: &Question) -> Value {
        let method = &question.method;
        match self {
            Self::RestApi => rest_api(method, last_values(question), all_values(question)),
            Self::HttpApi => http_api(method, joined_values(question), "api.execute-api"),
            Self::FunctionUrl => http_api(method, joined_values(question), "id.lambda-url"),
            Self::LoadBalancer => load_balancer(method, ("headers", last_values(question))),
            Self::LoadBalancerWithMultiValueHeaders => {
                load_balancer(method, ("multiValueHeaders", all_values(question)))
            }
        }
    }

    /// The lines that are sent for a function's answer; none if it is not one.
    ///
    /// A REST API sends both kinds of headers, a load balancer the kind that it is set to, and the
    /// others know one kind only.
    pub(super) fn sent_lines(self, answer: &Value) -> Option<Vec<(String, Vec<u8>)>> {
        let single = || object_lines(&answer["headers"]);
        let multiple = || object_lines(&answer["multiValueHeaders"]);
        Some(match self {
            Self::RestApi => [single()?, multiple()?].concat(),
            Self::HttpApi | Self::FunctionUrl | Self::LoadBalancer => single()?,
            Self::LoadBalancerWithMultiValueHeaders => multiple()?,
        })
    }
}

fn object_lines(object: &Value) -> Option<Vec<(String, Vec<u8>)>> {
    let mut lines = Vec::new();
    for (name, value) in object.as_object()? {
        let values = value
            .as_array()
            .map_or_else(|| std::slice::from_ref(value), Vec::as_slice);
        for value in values {
            lines.push((name.clone(), value.as_str()?.as_bytes().to_vec()));
        }
    }
    Some(lines)
}

fn rest_api(method: &str, headers: Value, multi_value_headers: Value) -> Value {
    json!({
        "resource": "/",
        "path": "/",
        "httpMethod": method,
        "headers": headers,
        "multiValueHeaders": multi_value_headers,
        "queryStringParameters": null,
        "multiValueQueryStringParameters": null,
        "pathParameters": null,
        "stageVariables": null,
        "requestContext": {
            "accountId": "000000000000",
            "apiId": "api",
            "domainName": "api.execute-api.eu-central-1.amazonaws.com",
            "domainPrefix": "api",
            "httpMethod": method,
            "identity": { "sourceIp": "192.0.2.1", "userAgent": null },
            "path": "/prod/",
            "protocol": "HTTP/1.1",
            "requestId": "request",
            "requestTime": "01/Jan/2026:00:00:00 +0000",
            "requestTimeEpoch": 1767225600000_u64,
            "resourceId": "resource",
            "resourcePath": "/",
            "stage": "prod"
        },
        "body": null,
        "isBase64Encoded": false
    })
}

fn http_api(method: &str, headers: Value, service: &str) -> Value {
    json!({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": "/",
        "rawQueryString": "",
        "headers": headers,
        "requestContext": {
            "accountId": "000000000000",
            "apiId": "api",
            "domainName": format!("{service}.eu-central-1.amazonaws.com"),
            "domainPrefix": "api",
            "http": {
                "method": method,
                "path": "/",
                "protocol": "HTTP/1.1",
                "sourceIp": "192.0.2.1",
                "userAgent": "a browser"
            },
            "requestId": "request",
            "routeKey": "$default",
            "stage": "$default",
            "time": "01/Jan/2026:00:00:00 +0000",
            "timeEpoch": 1767225600000_u64
        },
        "isBase64Encoded": false
    })
}

fn load_balancer(method: &str, (kind, headers): (&str, Value)) -> Value {
    let target_group = "arn:aws:elasticloadbalancing:eu-central-1:000000000000:targetgroup/api/1";
    json!({
        "requestContext": { "elb": { "targetGroupArn": target_group } },
        "httpMethod": method,
        "path": "/",
        "queryStringParameters": {},
        kind: headers,
        "body": "",
        "isBase64Encoded": false
    })
}

fn names(question: &Question) -> Vec<String> {
    let names = question.fields.iter();
    names.map(|(name, _)| name.to_ascii_lowercase()).collect()
}

/// Every value of each name, in order.
fn values(question: &Question) -> BTreeMap<String, Vec<String>> {
    let mut values = BTreeMap::<_, Vec<_>>::new();
    for (name, (_, value)) in names(question).into_iter().zip(&question.fields) {
        let value = String::from_utf8_lossy(value).into_owned();
        values.entry(name).or_default().push(value);
    }
    values
}

fn all_values(question: &Question) -> Value {
    json!(values(question))
}

fn last_values(question: &Question) -> Value {
    let values = values(question).into_iter();
    let last = values.filter_map(|(name, mut values)| Some((name, values.pop()?)));
    json!(last.collect::<BTreeMap<_, _>>())
}

fn joined_values(question: &Question) -> Value {
    let values = values(question).into_iter();
    let joined = values.map(|(name, values)| (name, values.join(",")));
    json!(joined.collect::<BTreeMap<_, _>>())
}
