//! Which paths and methods exist, as an [OpenAPI 3](https://spec.openapis.org/oas/v3.1.1) document
//! says.

use std::collections::BTreeMap;

use crate::document::Document;
use crate::files::{Files, NamedFile};
use crate::problem::{Problem, quoted};
use crate::template;
use crate::value::Value;
use crate::yaml::{self, Entry, Node, Place};

/// A path of an API, and the methods that exist there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Operations {
    /// The path, with `{name}` for what may be anything in a segment.
    pub(crate) path: String,
    pub(crate) methods: Vec<&'static str>,
}

impl<'s> Document<'s> {
    /// The paths of the OpenAPI document that a value names.
    pub(crate) fn openapi(
        &mut self,
        value: &Value<'s>,
        files: &mut Files<'_>,
    ) -> Option<Vec<Operations>> {
        let file = files.read(value, self)?;
        let mut reader = Reader {
            file: &file,
            faults: Vec::new(),
        };
        let operations = reader.read();
        let is_broken = !reader.faults.is_empty();
        for (code, message) in reader.faults {
            self.report(Problem::error(code, message).at(value.span()));
        }
        operations.filter(|_| !is_broken)
    }
}

struct Reader<'a> {
    file: &'a NamedFile,
    faults: Vec<(&'static str, String)>,
}

impl Reader<'_> {
    fn read(&mut self) -> Option<Vec<Operations>> {
        let text = String::from_utf8_lossy(&self.file.bytes);
        let root = match yaml::parse(&text) {
            Ok(root) => root,
            Err(error) => {
                self.fault("openapi-syntax", error.place, &error.message);
                return None;
            }
        };
        self.check_version(&root);
        let Some(paths) = root.get("paths") else {
            let message = "there are no `paths`, so that nothing exists";
            self.fault("openapi-paths", root.place, message);
            return None;
        };
        let items = root.get("components").and_then(|it| it.get("pathItems"));
        for node in [Some(paths), items].into_iter().flatten() {
            if node.entries().len() > MAX_PATHS {
                let message = format!("there are more than {MAX_PATHS} paths");
                self.fault("openapi-too-long", node.place, &message);
                return None;
            }
        }
        let mut known = BTreeMap::new();
        let mut operations = Vec::new();
        for entry in paths.entries() {
            // What begins with `x-` is an extension.
            if entry.key.starts_with("x-") {
                continue;
            }
            if let Some(read) = self.operations(&root, entry) {
                self.tell_apart(&mut known, &read.path, entry.place);
                operations.push(read);
            }
        }
        Some(operations)
    }

    fn check_version(&mut self, root: &Node) {
        let version = root.get("openapi");
        if !version.is_some_and(|it| it.text().is_some_and(|it| it.starts_with("3."))) {
            let place = version.map_or(root.place, |it| it.place);
            let message = "this is no document of OpenAPI 3: `openapi: 3.x` is missing";
            self.fault("openapi-version", place, message);
        }
    }

    fn operations(&mut self, root: &Node, entry: &Entry) -> Option<Operations> {
        if let Err(reason) = template::check(&entry.key) {
            let message = format!("{} is no path: {reason}", quoted(&entry.key));
            self.fault("openapi-path", entry.place, &message);
            return None;
        }
        let item = self.followed(root, &entry.value)?;
        let methods = METHODS.iter().filter(|(key, _)| item.get(key).is_some());
        Some(Operations {
            path: entry.key.clone(),
            methods: methods.map(|(_, method)| *method).collect(),
        })
    }

    /// What a path item refers to, or itself.
    fn followed<'n>(&mut self, root: &'n Node, item: &'n Node) -> Option<&'n Node> {
        let Some(reference) = item.get("$ref") else {
            if item.is_alias() || item.get("<<").is_some() {
                let message = "aliases and merges are not followed here: write the path out";
                self.fault("openapi-reference", item.place, message);
                return None;
            }
            return Some(item);
        };
        let name = reference.text().and_then(|it| it.strip_prefix(PATH_ITEMS));
        let items = root.get("components").and_then(|it| it.get("pathItems"));
        let referred = name.and_then(|name| items?.get(name));
        if referred.is_none_or(|it| it.get("$ref").is_some()) {
            let message = format!(
                "{} is not followed: a path refers to `{PATH_ITEMS}...` of the same document",
                quoted(reference.text().unwrap_or_default())
            );
            self.fault("openapi-reference", reference.place, &message);
            return None;
        }
        referred
    }

    fn tell_apart(&mut self, known: &mut BTreeMap<String, Place>, path: &str, place: Place) {
        if let Some(before) = known.insert(template::shape(path), place) {
            let message = format!(
                "{} matches the same as the path in line {}",
                quoted(path),
                before.line
            );
            self.fault("openapi-path-duplicate", place, &message);
        }
    }

    fn fault(&mut self, code: &'static str, place: Place, message: &str) {
        let Place { line, column } = place;
        let file = &self.file.name;
        self.faults
            .push((code, format!("{file}:{line}:{column}: {message}")));
    }
}

/// The keys of a path item that are methods. `trace` is one too, but no gateway forwards it.
const METHODS: [(&str, &str); 7] = [
    ("get", "GET"),
    ("put", "PUT"),
    ("post", "POST"),
    ("delete", "DELETE"),
    ("options", "OPTIONS"),
    ("head", "HEAD"),
    ("patch", "PATCH"),
];

/// Where a document keeps path items to refer to.
const PATH_ITEMS: &str = "#/components/pathItems/";

/// The largest published document has some 1,500.
const MAX_PATHS: usize = 10_000;
