//! Every shape of every value that a server may send.

use corsac_conformance::fetching::oracle::Lines;

/// The origin of the page.
pub(super) const ORIGIN: &str = "https://app.example";

pub(super) const ALLOW_ORIGIN: [Lines<'static>; 24] = [
    &[],
    &[""],
    &["*"],
    &["* *"],
    &["*, *"],
    &["*", "*"],
    &["*\u{b}"],
    &["\u{c}*"],
    &["\"*\""],
    &[ORIGIN],
    &["HTTPS://app.example"],
    &["https://APP.example"],
    &["https://app.example/"],
    &["https://app.example:443"],
    &["http://app.example"],
    &["https://app.example\u{b}"],
    &["https://app.example\u{e9}"],
    &["https://app.example, *"],
    &["https://app.example", "https://app.example"],
    &["https://app.example", "null"],
    &["https://app.example, https://other.example"],
    &["https://*.example"],
    &["null"],
    &["NULL"],
];

pub(super) const ALLOW_CREDENTIALS: [Lines<'static>; 11] = [
    &[],
    &[""],
    &["true"],
    &["TRUE"],
    &["True"],
    &["false"],
    &["*"],
    &["true\u{b}"],
    &["true, true"],
    &["true", "true"],
    &["\"true\""],
];

pub(super) const ALLOW_METHODS: [Lines<'static>; 12] = [
    &[],
    &[""],
    &["PUT"],
    &["put"],
    &["GET, PUT"],
    &[",,PUT ,\t,patch"],
    &["DELETE", "PUT"],
    &["*"],
    &["*, PUT"],
    &["\"PUT\""],
    &["PUT\u{b}"],
    &["PUT", "a b"],
];

pub(super) const ALLOW_HEADERS: [Lines<'static>; 13] = [
    &[],
    &[""],
    &["x-a"],
    &["X-A,AUTHORIZATION"],
    &["x-b, x-a"],
    &["x-b", "x-a"],
    &["*"],
    &["*, authorization"],
    &["x-a x-b"],
    &["x-a\u{c}"],
    &["x-a, \u{fc}"],
    &[",x-a,,"],
    &["authorization"],
];

pub(super) const EXPOSE_HEADERS: [Lines<'static>; 16] = [
    &[],
    &[""],
    &["x-custom"],
    &["X-Custom , etag"],
    &["etag", "x-custom"],
    &[",,x-custom,"],
    &["*"],
    &["etag, *"],
    &["set-cookie"],
    &["set-cookie, x-custom"],
    &["x-custom etag"],
    &["\"x-custom\""],
    &["x-custom\u{b}"],
    &["x-custom", "\u{c}"],
    &["*, ("],
    &["x-custom:"],
];

pub(super) const MAX_AGE: [Lines<'static>; 18] = [
    &[],
    &[""],
    &["0"],
    &["1"],
    &["5"],
    &["007"],
    &["60"],
    &["86400"],
    &["86401"],
    &["99999999999999999999999"],
    &["-1"],
    &["-0"],
    &["--1"],
    &["+1"],
    &["1.5"],
    &["abc"],
    &["60", "60"],
    &["60, 60"],
];
