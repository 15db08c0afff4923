//! The page's listener: the page, what it tells of the wire, and the policy's editor.

mod assets;
mod guard;
mod view;

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{DefaultBodyLimit, Query, State},
    http::{HeaderName, HeaderValue, StatusCode},
    middleware::{from_fn_with_state, map_response_with_state},
    response::{Html, IntoResponse, Response},
    routing::{get, post},
};
use serde::Deserialize;

use crate::{
    addresses::Addresses,
    enforcer::Enforcer,
    explain::Seen,
    petstore::Petstore,
    recorder::{Recorder, is_press},
};
use guard::{Guard, only_own_host, only_own_json, only_with_token};
use view::{EditorView, PressView};

/// What the page's listener shows and changes.
#[derive(Clone, Debug)]
pub(crate) struct Page {
    pub(crate) addresses: Addresses,
    pub(crate) petstore: Petstore,
    pub(crate) recorder: Recorder,
    pub(crate) enforcer: Arc<Enforcer>,
}

impl Page {
    /// The page's listener as a service, with a token of its own.
    pub(crate) fn router(self) -> Result<Router, getrandom::Error> {
        let guard = Guard::new(self.addresses.page().to_string())?;
        let html = assets::html(&guard, &self.addresses);
        let fields = assets::security_fields(&self.addresses).into();

        let changes = Router::new()
            .route("/policy", post(apply_policy))
            .route("/pets/reset", post(reset_pets))
            .layer(DefaultBodyLimit::max(MAX_BODY_LEN))
            .layer(from_fn_with_state(guard.clone(), only_own_json));
        let secrets = Router::new()
            .route("/policy", get(policy_in_force))
            .route("/exchanges", get(exchanges))
            .merge(changes)
            .layer(from_fn_with_state(guard.clone(), only_with_token))
            .with_state(self);

        let mut router = Router::new().route("/", get(async move || Html(html)));
        for file in assets::FILES {
            router = router.route(file.path, get(async move || file));
        }
        Ok(router
            .merge(secrets)
            .fallback(async || (StatusCode::NOT_FOUND, "There is nothing here.\n"))
            .layer(from_fn_with_state(guard, only_own_host))
            .layer(map_response_with_state(fields, with_fields)))
    }
}

async fn policy_in_force(State(page): State<Page>) -> Json<EditorView> {
    Json(EditorView::of(&page.enforcer.in_force()))
}

/// A broken policy is answered with 200 too: the request did what it is for, and the browser's
/// console stays free for the errors that the demo is about.
async fn apply_policy(
    State(page): State<Page>,
    Json(PolicyText { policy }): Json<PolicyText>,
) -> Json<EditorView> {
    Json(match page.enforcer.apply(&policy) {
        Ok(in_force) => EditorView::of(&in_force),
        Err(problems) => EditorView::refused(&page.enforcer.in_force(), &policy, &problems),
    })
}

async fn reset_pets(State(page): State<Page>, Json(Nothing {}): Json<Nothing>) -> StatusCode {
    page.petstore.reset();
    StatusCode::NO_CONTENT
}

async fn exchanges(
    State(page): State<Page>,
    Query(Press { press }): Query<Press>,
    Query(seen): Query<Seen>,
) -> Response {
    if !is_press(&press) {
        return (StatusCode::BAD_REQUEST, "press is the name of a press\n").into_response();
    }
    Json(PressView::of(&seen, &page.recorder.of_press(&press))).into_response()
}

async fn with_fields(
    State(fields): State<Arc<[(HeaderName, HeaderValue)]>>,
    mut response: Response,
) -> Response {
    for (name, value) in fields.iter() {
        response.headers_mut().insert(name, value.clone());
    }
    response
}

/// The policy that the page wants to see in force.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PolicyText {
    policy: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

#[derive(Debug, Deserialize)]
struct Press {
    press: String,
}

/// A policy that a person writes into a text area fits many times.
const MAX_BODY_LEN: usize = 64 * 1024;
