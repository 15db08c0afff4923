//! The petstore: a small REST API that knows nothing of CORS.
//!
//! It is what most APIs are before somebody opens a page on another origin. An `OPTIONS` request
//! gets its 405, and no response carries a field that a browser could take for a permission.

mod pets;
mod sessions;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::{
    Form, Json, Router,
    extract::{
        DefaultBodyLimit, Path, Query, State,
        rejection::{FormRejection, JsonRejection, PathRejection, QueryRejection},
    },
    http::{HeaderMap, StatusCode, Uri, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde::{Deserialize, Serialize};

use pets::{Draft, MAX_PETS, Pet, Pets};
use sessions::{SESSION_COOKIE, Sessions};

/// The petstore's memory.
#[derive(Clone, Debug, Default)]
pub(crate) struct Petstore(Arc<Mutex<Memory>>);

#[derive(Debug, Default)]
struct Memory {
    pets: Pets,
    sessions: Sessions,
}

impl Petstore {
    /// Puts the pets back that the store opened with.
    pub(crate) fn reset(&self) {
        self.memory().pets = Pets::default();
    }

    /// The API.
    pub(crate) fn router(&self) -> Router {
        Router::new()
            .route("/pets", get(list).post(create))
            .route("/pets/{id}", get(read).put(update).delete(remove))
            .route("/login", post(login))
            .route("/whoami", get(whoami))
            .route("/logout", post(logout))
            .fallback(no_such_path)
            .method_not_allowed_fallback(no_such_method)
            .layer(DefaultBodyLimit::max(MAX_BODY_LEN))
            .with_state(self.clone())
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn list(
    State(petstore): State<Petstore>,
    range: Result<Query<Range>, QueryRejection>,
) -> Result<Response, Fault> {
    let Query(range) = range?;
    range.validate()?;
    let memory = petstore.memory();
    let total = memory.pets.len();
    Ok((
        [(X_TOTAL_COUNT, total.to_string())],
        Json(memory.pets.page(range.page, range.per_page)),
    )
        .into_response())
}

async fn create(
    State(petstore): State<Petstore>,
    draft: Result<Json<Draft>, JsonRejection>,
) -> Result<Response, Fault> {
    let draft = validated(draft?)?;
    let Some(pet) = petstore.memory().pets.add(draft) else {
        return Err(Fault::new(
            StatusCode::CONFLICT,
            format!("the store has room for {MAX_PETS} pets: delete one first"),
        ));
    };
    let location = format!("/pets/{}", pet.id);
    Ok((
        StatusCode::CREATED,
        [(header::LOCATION, location)],
        Json(pet),
    )
        .into_response())
}

async fn read(
    State(petstore): State<Petstore>,
    id: Result<Path<u32>, PathRejection>,
) -> Result<Json<Pet>, Fault> {
    let Path(id) = id?;
    petstore
        .memory()
        .pets
        .get(id)
        .cloned()
        .map(Json)
        .ok_or_else(|| no_such_pet(id))
}

async fn update(
    State(petstore): State<Petstore>,
    id: Result<Path<u32>, PathRejection>,
    draft: Result<Json<Draft>, JsonRejection>,
) -> Result<Json<Pet>, Fault> {
    let Path(id) = id?;
    let draft = validated(draft?)?;
    petstore
        .memory()
        .pets
        .replace(id, draft)
        .map(Json)
        .ok_or_else(|| no_such_pet(id))
}

async fn remove(
    State(petstore): State<Petstore>,
    id: Result<Path<u32>, PathRejection>,
) -> Result<StatusCode, Fault> {
    let Path(id) = id?;
    match petstore.memory().pets.remove(id) {
        Some(_) => Ok(StatusCode::NO_CONTENT),
        None => Err(no_such_pet(id)),
    }
}

async fn login(
    State(petstore): State<Petstore>,
    login: Result<Form<Login>, FormRejection>,
) -> Result<Response, Fault> {
    let Form(Login { name }) = login?;
    if let Err(reason) = pets::validate_text(&name) {
        return Err(Fault::of_fields([FieldFault {
            field: "name",
            reason,
        }]));
    }
    let Ok(session) = petstore.memory().sessions.open(&name) else {
        let reason = "the operating system gives no randomness for a session";
        return Err(Fault::new(StatusCode::SERVICE_UNAVAILABLE, reason));
    };
    let cookie = format!("{SESSION_COOKIE}={session}; Path=/; HttpOnly; SameSite=Lax");
    Ok(([(header::SET_COOKIE, cookie)], Json(Person { name })).into_response())
}

async fn whoami(
    State(petstore): State<Petstore>,
    fields: HeaderMap,
) -> Result<Json<Person>, Fault> {
    let memory = petstore.memory();
    let name = sessions::session_of(&fields).and_then(|it| memory.sessions.name(it));
    match name {
        Some(name) => Ok(Json(Person {
            name: name.to_owned(),
        })),
        None => Err(Fault::new(
            StatusCode::UNAUTHORIZED,
            "nobody is logged in: POST /login first",
        )),
    }
}

async fn logout(State(petstore): State<Petstore>, fields: HeaderMap) -> Response {
    if let Some(session) = sessions::session_of(&fields) {
        petstore.memory().sessions.close(session);
    }
    let cookie = format!("{SESSION_COOKIE}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0");
    (StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)]).into_response()
}

async fn no_such_path(uri: Uri) -> Fault {
    Fault::new(
        StatusCode::NOT_FOUND,
        format!("there is nothing at {}", uri.path()),
    )
}

async fn no_such_method() -> Fault {
    Fault::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "this method does not exist here: see Allow",
    )
}

fn no_such_pet(id: u32) -> Fault {
    Fault::new(StatusCode::NOT_FOUND, format!("there is no pet {id}"))
}

fn validated(Json(draft): Json<Draft>) -> Result<Draft, Fault> {
    let fields: Vec<_> = [("name", &draft.name), ("kind", &draft.kind)]
        .into_iter()
        .filter_map(|(field, text)| {
            pets::validate_text(text)
                .err()
                .map(|reason| FieldFault { field, reason })
        })
        .collect();
    if fields.is_empty() {
        Ok(draft)
    } else {
        Err(Fault::of_fields(fields))
    }
}

/// Which part of the list is wanted. Other parameters of the query are none of its business.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
struct Range {
    page: usize,
    per_page: usize,
}

impl Default for Range {
    fn default() -> Self {
        Self {
            page: 1,
            per_page: 10,
        }
    }
}

impl Range {
    fn validate(&self) -> Result<(), Fault> {
        let mut fields = Vec::new();
        if self.page == 0 {
            fields.push(FieldFault {
                field: "page",
                reason: "pages count from 1",
            });
        }
        if !(1..=MAX_PETS).contains(&self.per_page) {
            fields.push(FieldFault {
                field: "per-page",
                reason: "1 to 100 pets fit on a page",
            });
        }
        if fields.is_empty() {
            Ok(())
        } else {
            Err(Fault::of_fields(fields))
        }
    }
}

/// The form of a login. This is a demo: the name is all that is asked.
#[derive(Debug, Deserialize)]
struct Login {
    name: String,
}

#[derive(Debug, Serialize)]
struct Person {
    name: String,
}

/// An answer that says what is wrong with the request.
#[derive(Debug, Serialize)]
struct Fault {
    #[serde(skip)]
    status: StatusCode,
    error: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fields: Vec<FieldFault>,
}

#[derive(Debug, Serialize)]
struct FieldFault {
    field: &'static str,
    reason: &'static str,
}

impl Fault {
    fn new(status: StatusCode, error: impl Into<String>) -> Self {
        Self {
            status,
            error: error.into(),
            fields: Vec::new(),
        }
    }

    fn of_fields(fields: impl Into<Vec<FieldFault>>) -> Self {
        let error = "the request is not valid".to_owned();
        Self {
            status: StatusCode::UNPROCESSABLE_ENTITY,
            error,
            fields: fields.into(),
        }
    }
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        (self.status, Json(self)).into_response()
    }
}

impl From<JsonRejection> for Fault {
    fn from(rejection: JsonRejection) -> Self {
        Self::new(rejection.status(), rejection.body_text())
    }
}

impl From<FormRejection> for Fault {
    fn from(rejection: FormRejection) -> Self {
        Self::new(rejection.status(), rejection.body_text())
    }
}

impl From<PathRejection> for Fault {
    fn from(rejection: PathRejection) -> Self {
        Self::new(rejection.status(), rejection.body_text())
    }
}

impl From<QueryRejection> for Fault {
    fn from(rejection: QueryRejection) -> Self {
        Self::new(rejection.status(), rejection.body_text())
    }
}

/// How many pets there are in all; the list may show fewer.
const X_TOTAL_COUNT: &str = "x-total-count";

/// A pet takes some hundred bytes; nobody sends more than this by accident.
const MAX_BODY_LEN: usize = 16 * 1024;
